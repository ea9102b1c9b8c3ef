using System.Linq.Expressions;
using System.Reflection;
using Microsoft.ML.Runtime;

namespace Microsoft.ML.Data;

/// <summary>A public field or property of a row class, as a column.</summary>
internal sealed class RowMember
{
    private readonly MemberInfo _info;

    private RowMember(MemberInfo info)
    {
        _info = info;
        Type = (info as FieldInfo)?.FieldType ?? ((PropertyInfo)info).PropertyType;
        Type item = Type.IsArray ? Type.GetElementType()
            : Type.IsGenericType && Type.GetGenericTypeDefinition() == typeof(VBuffer<>) ? Type.GetGenericArguments()[0] : null;
        IsVector = item != null;
        item ??= Type;
        ItemType = item == typeof(string) ? typeof(ReadOnlyMemory<char>) : item;
    }

    public string Name => _info.Name;

    public string ColumnName => _info.GetCustomAttribute<ColumnNameAttribute>()?.Name ?? Name;

    public Type Type { get; }

    public bool IsVector { get; }

    /// <summary>Of what the vector is, or the member's own type; text for strings.</summary>
    public Type ItemType { get; }

    private IEnumerable<Attribute> Attributes => _info.GetCustomAttributes();

    public static IEnumerable<RowMember> Of(Type rowType, SchemaDefinition.Direction direction)
    {
        bool read = direction.HasFlag(SchemaDefinition.Direction.Read);
        bool write = direction.HasFlag(SchemaDefinition.Direction.Write);
        IEnumerable<MemberInfo> fields = rowType.GetFields(BindingFlags.Public | BindingFlags.Instance);
        IEnumerable<MemberInfo> properties = rowType.GetProperties(BindingFlags.Public | BindingFlags.Instance)
            .Where(p => p.GetIndexParameters().Length == 0 && ((read && p.GetGetMethod() != null) || (write && p.GetSetMethod() != null)));
        return fields.Concat(properties)
            .Where(info => info.GetCustomAttribute<NoColumnAttribute>() == null)
            .Select(info => new RowMember(info))
            .Where(member => member.Type != typeof(IChannel));
    }

    public static RowMember Named(Type rowType, string name)
    {
        MemberInfo info = rowType.GetField(name) ?? (MemberInfo)rowType.GetProperty(name)
            ?? throw Contracts.ExceptParam("userSchemaDefinition", $"No field or property with name '{name}' found in type '{rowType.FullName}'");
        return new RowMember(info);
    }

    /// <summary>Says so when no column type goes with the member.</summary>
    public void CheckKnown()
    {
        if (PrimitiveTypes.OfOrNull(ItemType) == null && DataViewTypeManager.TypeOrNull(ItemType, Attributes) == null)
            throw Contracts.ExceptParam("rawType", $"Could not determine an IDataView type and registered custom types for member {Name}");
    }

    public DataViewType FindColumnType()
    {
        DataViewTypeAttribute[] custom = Attributes.OfType<DataViewTypeAttribute>().ToArray();
        Contracts.CheckParam(custom.Length <= 1, "userType", $"Member {Name} cannot be marked with multiple attributes derived from {typeof(DataViewTypeAttribute)}.");
        custom.SingleOrDefault()?.Register();

        CheckKnown();
        if (DataViewTypeManager.TypeOrNull(ItemType, Attributes) is { } registered)
            return registered;
        PrimitiveDataViewType item = FindItemType();
        var vector = _info.GetCustomAttribute<VectorTypeAttribute>();
        Contracts.CheckParam(vector == null || IsVector, "userType", $"Member {Name} marked with VectorTypeAttribute, but does not appear to be a vector type");
        if (!IsVector)
            return item;
        return vector?.Dimensions is { Length: > 0 } dimensions ? new VectorDataViewType(item, dimensions) : new VectorDataViewType(item);
    }

    private PrimitiveDataViewType FindItemType()
    {
        var key = _info.GetCustomAttribute<KeyTypeAttribute>();
        if (key == null)
            return PrimitiveTypes.Of(ItemType);
        Contracts.CheckParam(KeyDataViewType.IsValidDataType(ItemType), "userType",
            $"Member {Name} marked with KeyType attribute, but does not appear to be a valid kind of data for a key type");
        ulong largest = ItemType == typeof(byte) ? byte.MaxValue : ItemType == typeof(ushort) ? ushort.MaxValue
            : ItemType == typeof(uint) ? uint.MaxValue : ulong.MaxValue;
        return new KeyDataViewType(ItemType, key.KeyCount == null ? largest : key.KeyCount.Count.GetValueOrDefault());
    }

    /// <summary>Func&lt;TRow, member type&gt;, or null when the member can't be read.</summary>
    public Delegate MakeReader(Type rowType)
    {
        if (_info is PropertyInfo property && property.GetGetMethod() == null)
            return null;
        ParameterExpression row = Expression.Parameter(rowType);
        return Expression.Lambda(typeof(Func<,>).MakeGenericType(rowType, Type), Expression.MakeMemberAccess(row, _info), row).Compile();
    }

    /// <summary>Action&lt;TRow, member type&gt;.</summary>
    public Delegate MakeWriter(Type rowType)
    {
        ParameterExpression row = Expression.Parameter(rowType);
        ParameterExpression value = Expression.Parameter(Type);
        Expression assignment = Expression.Assign(Expression.MakeMemberAccess(row, _info), value);
        return Expression.Lambda(typeof(Action<,>).MakeGenericType(rowType, Type), assignment, row, value).Compile();
    }
}
