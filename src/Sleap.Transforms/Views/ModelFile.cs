using System.Buffers.Binary;
using System.Reflection;
using System.Security.Cryptography;
using System.Text;
using Microsoft.ML;
using Microsoft.ML.Runtime;

namespace Sleap.Transforms;

/// <summary>
/// How a <see cref="PoseTransformer"/> is stored in a model file. The header that ML.NET writes names the assembly
/// Sleap.Loaders and the loader "SleapPose"; all else is in one stream of the file, <see cref="StreamName"/>:
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
        MLNetInternals.SetVersionInfo(context, ModelSignature, HeaderVersion, LoaderAssembly, LoaderSignature);
        MLNetInternals.SaveBinaryStream(context, StreamName, writer => writer.Write(content));
    }

    /// <summary>
    /// Called by Sleap.Loaders, by name. <paramref name="context"/> is ML.NET's internal ModelLoadContext.
    /// </summary>
    /// <exception cref="InvalidDataException">The stream is missing, damaged, of a newer version, or holds something
    /// else.</exception>
    internal static ITransformer Load(IHostEnvironment environment, object context)
    {
        using var content = new MemoryStream();
        return MLNetInternals.TryLoadBinaryStream(context, StreamName, reader => reader.BaseStream.CopyTo(content))
            ? Read(environment, content.ToArray())
            : throw new InvalidDataException(
                $"The model has no part '{StreamName}', in which the transformers of this library are kept."
            );
    }

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
            writer.Write(StoredNames.Of(type));
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
        var shortName = name[(name.LastIndexOf('.') + 1)..];
        if (version < 1 || version > known)
        {
            throw Damaged(
                $"the {shortName} in it has version {version}, and this library reads up to {known}. A "
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
            throw Damaged($"the {shortName} in it ends before all of it was read");
        }
        var unread = reader.BaseStream.Length - reader.BaseStream.Position;
        return unread == 0
            ? transformer
            : throw Damaged($"the {shortName} in it has {unread} bytes more than were expected");
    }

    private static InvalidDataException Damaged(string what) =>
        new($"The model's part '{StreamName}' cannot be read: {what}.");

    /// <summary>The names of types in files.</summary>
    /// <remarks>
    /// A type is stored under its own name, or under the name in this table. These names are part of the format: a type
    /// that is renamed keeps its stored name, so that files of older versions load, and older programs load new files.
    /// </remarks>
    private static class StoredNames
    {
        private static readonly Dictionary<string, Type> Types = new()
        {
            ["Sleap.Transforms.AnglesTransformer"] = typeof(AnalysisTransformer<AnglesOptions>),
            ["Sleap.Transforms.BodyLengthTransformer"] = typeof(AnalysisTransformer<BodyLengthOptions>),
            ["Sleap.Transforms.DistancesTransformer"] = typeof(AnalysisTransformer<DistancesOptions>),
            ["Sleap.Transforms.EgocentricTransformer"] = typeof(AnalysisTransformer<EgocentricOptions>),
            ["Sleap.Transforms.InterpolationTransformer"] = typeof(AnalysisTransformer<InterpolationOptions>),
            ["Sleap.Transforms.JumpFilterTransformer"] = typeof(AnalysisTransformer<JumpFilterOptions>),
            ["Sleap.Transforms.KinematicsTransformer"] = typeof(AnalysisTransformer<KinematicsOptions>),
            ["Sleap.Transforms.RegionsTransformer"] = typeof(AnalysisTransformer<RegionsOptions>),
            ["Sleap.Transforms.RollingTransformer"] = typeof(AnalysisTransformer<RollingOptions>),
            ["Sleap.Transforms.ScoreFilterTransformer"] = typeof(AnalysisTransformer<ScoreFilterOptions>),
            ["Sleap.Transforms.SizeNormalizationTransformer"] = typeof(AnalysisTransformer<SizeNormalizationOptions>),
            ["Sleap.Transforms.SmoothingTransformer"] = typeof(AnalysisTransformer<SmoothOptions>),
            ["Sleap.Transforms.SocialTransformer"] = typeof(AnalysisTransformer<SocialOptions>),
            ["Sleap.Transforms.SwapRepairTransformer"] = typeof(AnalysisTransformer<SwapRepairOptions>),
        };
        private static readonly Dictionary<Type, string> Names = Types.ToDictionary(entry => entry.Value, e => e.Key);

        public static string Of(Type type) =>
            Names.GetValueOrDefault(type)
            ?? (
                type.IsGenericType
                    ? throw new InvalidOperationException($"{type} cannot be saved: it has no stored name.")
                    : type.FullName!
            );

        /// <summary>The type of a stored name in an assembly; null where there is none.</summary>
        public static Type? Find(Assembly assembly, string name)
        {
            if (assembly == typeof(ModelFile).Assembly && Types.TryGetValue(name, out var type))
                return type;
            // A generic type is loaded by the table only: its full name could name any type as an argument.
            return name.AsSpan().ContainsAny('`', '[') ? null : assembly.GetType(name);
        }
    }

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
            var type = StoredNames.Find(found, name);
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
            return generic
                .MakeGenericMethod(type)
                .Invoke(null, BindingFlags.DoNotWrapExceptions, binder: null, arguments, culture: null)!;
        }
    }
}
