using Microsoft.ML.Runtime;

namespace Microsoft.ML.Data;

/// <summary>Which column type goes with a .NET type that ML.NET does not know by itself, such as an image.</summary>
public static class DataViewTypeManager
{
    private static readonly HashSet<Type> _builtIn =
    [
        typeof(bool), typeof(sbyte), typeof(byte), typeof(short), typeof(ushort), typeof(int), typeof(uint), typeof(long), typeof(ulong),
        typeof(float), typeof(double), typeof(string), typeof(ReadOnlySpan<char>), typeof(ReadOnlyMemory<char>), typeof(VBuffer<>),
        typeof(Nullable<>), typeof(DateTime), typeof(DateTimeOffset), typeof(TimeSpan), typeof(DataViewRowId),
    ];

    private static readonly Lock _lock = new();
    private static readonly Dictionary<Member, DataViewType> _columnOfMember = [];
    private static readonly Dictionary<DataViewType, Member> _memberOfColumn = [];

    private readonly record struct Member(Type Type, DataViewTypeAttribute Attribute);

    public static void Register(DataViewType dataViewType, Type type, DataViewTypeAttribute typeAttribute = null)
    {
        Contracts.CheckParam(!_builtIn.Contains(type), nameof(type),
            $"Type {type} has been registered as ML.NET's default supported type, so it can't not be registered again.");
        var member = new Member(type, typeAttribute);
        lock (_lock)
        {
            bool knowsMember = _columnOfMember.TryGetValue(member, out DataViewType columnThen);
            bool knowsColumn = _memberOfColumn.TryGetValue(dataViewType, out Member memberThen);
            if (knowsMember && knowsColumn && columnThen.Equals(dataViewType) && memberThen == member)
                return;
            if (knowsMember && !columnThen.Equals(dataViewType))
            {
                throw Contracts.ExceptParam(nameof(type), $"Repeated type register. The raw type {type} has been associated with {columnThen} " +
                    $"so it cannot be associated with {dataViewType}.");
            }
            if (knowsColumn && memberThen != member)
            {
                throw Contracts.ExceptParam(nameof(dataViewType), $"Repeated type register. The DataView type {dataViewType} has been associated " +
                    $"with {memberThen.Type} so it cannot be associated with {type}.");
            }
            _columnOfMember.Add(member, dataViewType);
            _memberOfColumn.Add(dataViewType, member);
        }
    }

    internal static DataViewType TypeOrNull(Type type, IEnumerable<Attribute> attributes)
    {
        var member = new Member(type, AttributeOrNull(type, attributes));
        lock (_lock)
            return _columnOfMember.GetValueOrDefault(member);
    }

    internal static bool Knows(DataViewType type)
    {
        lock (_lock)
            return _memberOfColumn.ContainsKey(type);
    }

    private static DataViewTypeAttribute AttributeOrNull(Type type, IEnumerable<Attribute> attributes)
    {
        DataViewTypeAttribute[] found = attributes?.OfType<DataViewTypeAttribute>().ToArray() ?? [];
        Contracts.CheckParam(found.Length <= 1, nameof(type), $"Type {type.Name} cannot be marked with multiple attributes derived from {typeof(DataViewTypeAttribute)}.");
        return found.SingleOrDefault();
    }
}
