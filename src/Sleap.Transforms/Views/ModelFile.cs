using System.Buffers.Binary;
using System.Reflection;
using System.Runtime.ExceptionServices;
using System.Security.Cryptography;
using System.Text;
using Microsoft.ML;
using Microsoft.ML.Runtime;

namespace Sleap.Transforms;

/// <summary>
/// How a <see cref="PoseTransformer"/> lies in a model file: the header that ML.NET writes names the assembly
/// Sleap.Loaders and the loader "SleapPose"; everything of ours is in one stream of the file, <see cref="StreamName"/>:
/// <code>
/// "SLEAPPOS"                     8 bytes
/// format version                 Int32
/// payload version                Int32
/// assembly, type                 two strings (7-bit length, UTF-8)
/// payload length, payload        Int64, bytes
/// SHA-256 of all of the above    32 bytes
/// </code>
/// Numbers are little-endian.
/// </summary>
internal static class ModelFile
{
    /// <summary>The stream inside the model file.</summary>
    public const string StreamName = "SleapPose.bin";

    /// <summary>The version of the layout above.</summary>
    public const int FormatVersion = 1;

    private const string LoaderAssembly = "Sleap.Loaders";
    private const string LoaderSignature = "SleapPose";
    private const string ModelSignature = "SLEAPPOS";
    private const uint HeaderVersion = 0x00010001;
    private const int ChecksumLength = 32;
    private static readonly byte[] Magic = Encoding.ASCII.GetBytes(ModelSignature);

    /// <summary>Saves a transformer where ML.NET wants it.</summary>
    public static void Save(PoseTransformer transformer, ModelSaveContext context)
    {
        ArgumentNullException.ThrowIfNull(context);
        var content = Write(transformer);
        SaveContext.SetVersionInfo(context, ModelSignature, HeaderVersion, LoaderAssembly, LoaderSignature);
        SaveContext.SaveBinaryStream(context, StreamName, writer => writer.Write(content));
    }

    /// <summary>
    /// Called by Sleap.Loaders, by name. <paramref name="context"/> is ML.NET's internal ModelLoadContext.
    /// </summary>
    /// <exception cref="InvalidDataException">The stream is missing, damaged, of a newer version, or holds something
    /// else.</exception>
    internal static ITransformer Load(IHostEnvironment environment, object context) =>
        Read(environment, LoadContext.ReadBinaryStream(context, StreamName));

    /// <summary>The stream of a transformer.</summary>
    public static byte[] Write(PoseTransformer transformer)
    {
        var type = transformer.GetType();
        using var payload = new MemoryStream();
        using (var writer = new BinaryWriter(payload, Encoding.UTF8, leaveOpen: true))
            transformer.Save(writer);

        using var stream = new MemoryStream();
        using (var writer = new BinaryWriter(stream, Encoding.UTF8, leaveOpen: true))
        {
            writer.Write(Magic);
            writer.Write(FormatVersion);
            writer.Write(Loading.PayloadVersion(type));
            writer.Write(type.Assembly.GetName().Name!);
            writer.Write(type.FullName!);
            writer.Write(payload.Length);
            writer.Write(payload.GetBuffer(), 0, (int)payload.Length);
        }
        var checksum = SHA256.HashData(stream.GetBuffer().AsSpan(0, (int)stream.Length));
        stream.Write(checksum);
        return stream.ToArray();
    }

    /// <summary>The transformer in a stream; the reverse of <see cref="Write"/>.</summary>
    public static PoseTransformer Read(IHostEnvironment environment, byte[] content)
    {
        CheckStart(content);
        var body = content.Length - ChecksumLength;
        if (
            body < Magic.Length
            || !SHA256.HashData(content.AsSpan(0, body)).AsSpan().SequenceEqual(content.AsSpan(body))
        )
        {
            throw Damaged(
                $"the checksum at its end does not belong to its {content.Length} bytes: it is damaged or "
                    + $"cut short"
            );
        }

        using var reader = new BinaryReader(
            new MemoryStream(content, Magic.Length + sizeof(int), body - Magic.Length - sizeof(int)),
            Encoding.UTF8
        );
        var payloadVersion = reader.ReadInt32();
        var assembly = reader.ReadString();
        var type = reader.ReadString();
        var length = reader.ReadInt64();
        var left = reader.BaseStream.Length - reader.BaseStream.Position;
        if (length != left)
            throw Damaged($"its payload should have {length} bytes and has {left}");
        return Build(environment, assembly, type, payloadVersion, reader);
    }

    private static void CheckStart(byte[] content)
    {
        if (content.Length < Magic.Length || !content.AsSpan(0, Magic.Length).SequenceEqual(Magic))
        {
            throw Damaged(
                $"expected it to begin with \"{ModelSignature}\", found "
                    + $"{Convert.ToHexString(content.AsSpan(0, Math.Min(content.Length, Magic.Length)))} "
                    + $"({content.Length} bytes)"
            );
        }

        if (content.Length < Magic.Length + sizeof(int))
            throw Damaged($"it has {content.Length} bytes only: it is cut short");
        var version = BinaryPrimitives.ReadInt32LittleEndian(content.AsSpan(Magic.Length));
        if (version is < 1 or > FormatVersion)
        {
            throw Damaged(
                $"it has format version {version}, and this library reads up to {FormatVersion}. A newer "
                    + $"version of the library wrote it"
            );
        }
    }

    private static PoseTransformer Build(
        IHostEnvironment environment,
        string assembly,
        string name,
        int version,
        BinaryReader reader
    )
    {
        var type = Loading.FindType(assembly, name);
        var known = Loading.PayloadVersion(type);
        if (version < 1 || version > known)
        {
            throw Damaged(
                $"the {type.Name} in it has version {version}, and this library reads up to {known}. A "
                    + $"newer version of the library wrote it"
            );
        }

        PoseTransformer transformer;
        try
        {
            transformer = Loading.Load(type, environment, reader, version);
        }
        catch (EndOfStreamException)
        {
            throw Damaged($"the {type.Name} in it ends before all of it was read");
        }
        transformer.WarnTo(environment);
        var unread = reader.BaseStream.Length - reader.BaseStream.Position;
        return unread == 0
            ? transformer
            : throw Damaged($"the {type.Name} in it has {unread} bytes more than were expected");
    }

    private static InvalidDataException Damaged(string what) =>
        new($"The model's part '{StreamName}' cannot be read: {what}.");

    /// <summary>Which types may be built, and how.</summary>
    private static class Loading
    {
        private const string AssemblyPrefix = "Sleap.";

        /// <summary>
        /// A file may only name types that are made for it: a concrete transformer of this library that says how it is
        /// loaded.
        /// </summary>
        public static Type FindType(string assembly, string name)
        {
            if (!assembly.StartsWith(AssemblyPrefix, StringComparison.Ordinal) || assembly.AsSpan().ContainsAny(",/\\"))
            {
                throw Damaged(
                    $"it names the assembly '{assembly}', expected one whose name begins with '{AssemblyPrefix}'"
                );
            }

            Assembly found;
            try
            {
                found = Assembly.Load(assembly);
            }
            catch (FileNotFoundException missing)
            {
                throw new InvalidDataException(
                    $"The model's part '{StreamName}' holds a {name} of the assembly "
                        + $"'{assembly}', which this program does not have: reference the package of that name.",
                    missing
                );
            }
            var type = found.GetType(name);
            return type is not null && IsLoadable(type)
                ? type
                : throw Damaged(
                    $"it names the type '{name}' of '{assembly}', which "
                        + $"{(type is null ? "does not exist" : "is not a transformer that can be loaded")}. A newer "
                        + $"version of the library may have written it"
                );
        }

        public static int PayloadVersion(Type type) => (int)Invoke(nameof(VersionOf), type);

        public static PoseTransformer Load(Type type, IHostEnvironment environment, BinaryReader reader, int version) =>
            (PoseTransformer)Invoke(nameof(LoadOf), type, environment, reader, version);

        private static bool IsLoadable(Type type) =>
            !type.IsAbstract
            && type.IsSubclassOf(typeof(PoseTransformer))
            && type.GetInterfaces()
                .Any(face => face.IsGenericType && face.GetGenericTypeDefinition() == typeof(ILoadable<>));

        private static int VersionOf<T>()
            where T : PoseTransformer, ILoadable<T> => T.PayloadVersion;

        private static PoseTransformer LoadOf<T>(IHostEnvironment environment, BinaryReader reader, int version)
            where T : PoseTransformer, ILoadable<T> => T.Load(environment, reader, version);

        private static object Invoke(string method, Type type, params object[] arguments)
        {
            if (!IsLoadable(type))
            {
                throw new InvalidOperationException(
                    $"{type} cannot be saved: it does not implement {nameof(ILoadable<>)}."
                );
            }

            var generic = typeof(Loading).GetMethod(method, BindingFlags.Static | BindingFlags.NonPublic)!;
            return generic.MakeGenericMethod(type).InvokeUnwrapped(null, arguments)!;
        }
    }

    /// <summary>
    /// The two internal members of ML.NET's ModelSaveContext without which nothing outside ML.NET can save a
    /// transformer.
    /// </summary>
    private static class SaveContext
    {
        private static readonly Lazy<(
            ConstructorInfo VersionInfo,
            MethodInfo SetVersionInfo,
            MethodInfo SaveBinaryStream
        )> Members = new(Find);

        public static void SetVersionInfo(
            ModelSaveContext context,
            string signature,
            uint version,
            string loaderAssembly,
            string loader
        )
        {
            var info = Members.Value.VersionInfo.Invoke([
                signature,
                version,
                version,
                version,
                loaderAssembly,
                loader,
                null,
            ]);
            Members.Value.SetVersionInfo.InvokeUnwrapped(context, info);
        }

        public static void SaveBinaryStream(ModelSaveContext context, string name, Action<BinaryWriter> write) =>
            Members.Value.SaveBinaryStream.InvokeUnwrapped(context, name, write);

        private static (ConstructorInfo, MethodInfo, MethodInfo) Find()
        {
            var core = typeof(ModelSaveContext).Assembly;
            var version = core.GetType("Microsoft.ML.VersionInfo") ?? throw Changed(core, "VersionInfo");
            var create =
                version.GetConstructor([
                    typeof(string),
                    typeof(uint),
                    typeof(uint),
                    typeof(uint),
                    typeof(string),
                    typeof(string),
                    typeof(string),
                ]) ?? throw Changed(core, "VersionInfo(string, uint, uint, uint, string, string, string)");
            const BindingFlags members = BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic;
            var set =
                typeof(ModelSaveContext).GetMethod("SetVersionInfo", members, [version])
                ?? throw Changed(core, "ModelSaveContext.SetVersionInfo(VersionInfo)");
            var save =
                typeof(ModelSaveContext).GetMethod(
                    "SaveBinaryStream",
                    members,
                    [typeof(string), typeof(Action<BinaryWriter>)]
                ) ?? throw Changed(core, "ModelSaveContext.SaveBinaryStream(string, Action<BinaryWriter>)");
            return (create, set, save);
        }
    }

    /// <summary>The one member of ML.NET's internal ModelLoadContext that is needed.</summary>
    private static class LoadContext
    {
        public static byte[] ReadBinaryStream(object context, string name)
        {
            var load =
                context
                    .GetType()
                    .GetMethod(
                        "TryLoadBinaryStream",
                        BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic,
                        [typeof(string), typeof(Action<BinaryReader>)]
                    )
                ?? throw Changed(
                    context.GetType().Assembly,
                    "ModelLoadContext.TryLoadBinaryStream(string, Action<BinaryReader>)"
                );
            using var content = new MemoryStream();
            Action<BinaryReader> read = reader => reader.BaseStream.CopyTo(content);
            return (bool)load.InvokeUnwrapped(context, name, read)!
                ? content.ToArray()
                : throw new InvalidDataException(
                    $"The model has no part '{name}', in which the transformers of this library are kept."
                );
        }
    }

    private static NotSupportedException Changed(Assembly core, string member) =>
        new(
            $"{core.GetName().Name} {core.GetName().Version} has no {member}, which saving and loading models needs. "
                + $"This library is made for Microsoft.ML 5.0.0."
        );

    private static object? InvokeUnwrapped(this MethodInfo method, object? target, params object[] arguments)
    {
        try
        {
            return method.Invoke(target, arguments);
        }
        catch (TargetInvocationException failure) when (failure.InnerException is { } cause)
        {
            ExceptionDispatchInfo.Throw(cause);
            throw;
        }
    }
}
