using System.Reflection;
using System.Runtime.CompilerServices;
using Microsoft.ML;
using Microsoft.ML.Data;

namespace Sleap.Transforms;

/// <summary>
/// The internal members of ML.NET without which nothing outside ML.NET can save or load a transformer.
/// </summary>
/// <remarks>
/// They are called by typed accessors, except for <see cref="SetVersionInfo"/>: its argument is an internal struct, and
/// accessors cannot name value types (<see cref="UnsafeAccessorTypeAttribute"/>). Another version of ML.NET may not
/// have them; then each method throws <see cref="NotSupportedException"/> with the name of the member.
/// </remarks>
internal static class MLNetInternals
{
    private static readonly Lazy<(ConstructorInfo Create, MethodInfo Set)> VersionInfo = new(FindVersionInfo);

    /// <summary>
    /// The internal interface of views that ML.NET's <c>ConvertToOnnx</c> follows; null in a version without it.
    /// </summary>
    public static Type? OnnxStep { get; } =
        typeof(TransformerChain<>).Assembly.GetType("Microsoft.ML.Model.OnnxConverter.ITransformCanSaveOnnx");

    /// <summary>Writes into the header of a model which loader reads it.</summary>
    public static void SetVersionInfo(
        ModelSaveContext context,
        string signature,
        uint version,
        string loaderAssembly,
        string loader
    )
    {
        var (create, set) = VersionInfo.Value;
        object?[] arguments = [signature, version, version, version, loaderAssembly, loader, null];
        var info = create.Invoke(BindingFlags.DoNotWrapExceptions, binder: null, arguments, culture: null);
        set.Invoke(context, BindingFlags.DoNotWrapExceptions, binder: null, [info], culture: null);
    }

    /// <summary>Writes a stream of a model file.</summary>
    public static void SaveBinaryStream(ModelSaveContext context, string name, Action<BinaryWriter> write)
    {
        try
        {
            Save(context, name, write);
        }
        catch (MissingMethodException missing)
        {
            throw Changed("ModelSaveContext.SaveBinaryStream(string, Action<BinaryWriter>)", missing);
        }

        [UnsafeAccessor(UnsafeAccessorKind.Method, Name = "SaveBinaryStream")]
        static extern void Save(ModelSaveContext context, string name, Action<BinaryWriter> write);
    }

    /// <summary>Reads a stream of a model file; false where the file has no stream of that name.</summary>
    /// <param name="context">ML.NET's internal ModelLoadContext.</param>
    /// <param name="name">The name of the stream.</param>
    /// <param name="read">Called with the stream.</param>
    public static bool TryLoadBinaryStream(object context, string name, Action<BinaryReader> read)
    {
        try
        {
            return TryLoad(context, name, read);
        }
        catch (Exception missing) when (missing is MissingMethodException or TypeLoadException)
        {
            throw Changed("ModelLoadContext.TryLoadBinaryStream(string, Action<BinaryReader>)", missing);
        }

        [UnsafeAccessor(UnsafeAccessorKind.Method, Name = "TryLoadBinaryStream")]
        static extern bool TryLoad(
            [UnsafeAccessorType("Microsoft.ML.ModelLoadContext, Microsoft.ML.Core")] object context,
            string name,
            Action<BinaryReader> read
        );
    }

    private static (ConstructorInfo, MethodInfo) FindVersionInfo()
    {
        var type =
            typeof(ModelSaveContext).Assembly.GetType("Microsoft.ML.VersionInfo") ?? throw Changed("VersionInfo");
        var create =
            type.GetConstructor([
                typeof(string),
                typeof(uint),
                typeof(uint),
                typeof(uint),
                typeof(string),
                typeof(string),
                typeof(string),
            ]) ?? throw Changed("VersionInfo(string, uint, uint, uint, string, string, string)");
        var set =
            typeof(ModelSaveContext).GetMethod(
                "SetVersionInfo",
                BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic,
                [type]
            ) ?? throw Changed("ModelSaveContext.SetVersionInfo(VersionInfo)");
        return (create, set);
    }

    private static NotSupportedException Changed(string member, Exception? cause = null)
    {
        var core = typeof(ModelSaveContext).Assembly.GetName();
        return new NotSupportedException(
            $"{core.Name} {core.Version} has no {member}, which saving and loading models needs. "
                + "This library is tested with Microsoft.ML 5.0.1.",
            cause
        );
    }
}
