using System.Text.Json;
using Google.Protobuf;
using Microsoft.ML.Runtime;
using Onnx;
using Sleap.IO;

namespace Sleap.MLNet;

/// <summary>An exported model as it is in its folder, ours or sleap-nn's, with all checked that is used.</summary>
internal sealed class OnnxFolder
{
    private readonly string _file;
    private readonly ModelProto _model;
    private readonly ModelDescription _description;

    private OnnxFolder(string file, ModelProto model, ModelDescription description) =>
        (_file, _model, _description) = (file, model, description);

    /// <summary>Reads a folder.</summary>
    /// <exception cref="FileNotFoundException">A file is missing.</exception>
    /// <exception cref="PoseFormatException">A file is damaged.</exception>
    public static OnnxFolder Read(string folder)
    {
        var file = Path.Combine(folder, OnnxExport.FileName);
        if (!File.Exists(file))
        {
            throw new FileNotFoundException(
                $"The folder '{folder}' has no {OnnxExport.FileName}: an exported model is a folder with this file.",
                file
            );
        }

        var model = ReadGraph(file);
        return new(file, model, ModelDescription.Read(folder, file, model));
    }

    /// <summary>Reads a graph with the tensors that it keeps in files beside it.</summary>
    /// <exception cref="FileNotFoundException">A file is missing.</exception>
    /// <exception cref="PoseFormatException">A file is damaged.</exception>
    public static ModelProto ReadGraph(string file)
    {
        if (InputFile.Length(file) > int.MaxValue)
            throw new PoseFormatException(file, null, "has more than 2 GB, which no ONNX file can have.");
        var model = Parse(File.ReadAllBytes(file), file);
        new ExternalTensors(file, Path.GetDirectoryName(Path.GetFullPath(file))).Inline(model);
        return model;
    }

    /// <summary>Reads the bytes of a graph that has all of its tensors itself.</summary>
    /// <exception cref="PoseFormatException">They are damaged, or refer to files.</exception>
    public static byte[] Whole(byte[] bytes, string name)
    {
        new ExternalTensors(name, null).Inline(Parse(bytes, name));
        return bytes;
    }

    /// <summary>Makes the transformer.</summary>
    public OnnxPoseTransformer Load(IHostEnvironment environment, OnnxOptions options)
    {
        var session = OnnxSession.Open(_model.ToByteArray(), options, _file);
        try
        {
            var subject = session.Interface.Complete(_description.Subject, _file);
            return OnnxPoseTransformer.Create(environment, _description with { Subject = subject }, session, options);
        }
        catch
        {
            session.Release();
            throw;
        }
    }

    private static ModelProto Parse(byte[] bytes, string file)
    {
        ModelProto model;
        try
        {
            model = ModelProto.Parser.ParseFrom(bytes);
        }
        catch (InvalidProtocolBufferException damage)
        {
            throw new PoseFormatException(file, null, $"is no ONNX file, or damaged: {damage.Message}", damage);
        }

        return model.Graph is { Node.Count: > 0 }
            ? model
            : throw new PoseFormatException(file, null, "is no ONNX file: it has no graph.");
    }
}

/// <summary>What a model finds and how its outputs become instances.</summary>
/// <param name="Source">The options of the exported model.</param>
/// <param name="Subject">Skeleton and classes; null where nothing names them.</param>
/// <param name="Frame">The size that frames are matched to, or <see cref="PoseModelTransformer.AnySize"/>.</param>
/// <param name="Multiple">Height and width of the graph's images must be multiples of it.</param>
internal sealed record ModelDescription(
    PoseModelOptions Source,
    PoseSubject? Subject,
    (int Height, int Width) Frame,
    int Multiple
)
{
    private const int MaxMetadataBytes = 16 << 20;

    /// <summary>Reads what a folder says of its graph.</summary>
    /// <exception cref="PoseFormatException">It is damaged or contradicts itself.</exception>
    public static ModelDescription Read(string folder, string file, ModelProto model)
    {
        string? Property(string name) => model.MetadataProps.FirstOrDefault(entry => entry.Key == name)?.Value;
        if (Property(OnnxMetadata.TypeProperty) is { } type && Property(OnnxMetadata.ModelProperty) is { } own)
            return Parse(file, type, own);
        var path = Path.Combine(folder, OnnxMetadata.FileName);
        var text = File.Exists(path) ? ReadText(path) : Property(OnnxMetadata.Property);
        var metadata = text is null ? null : ExportMetadata.Parse(text, File.Exists(path) ? path : file);
        var source = FromConfigs(folder) ?? new(Default(metadata, file, model), null, null);
        if (metadata is not null && metadata.ModelType is { } named && named != OnnxMetadata.TypeOf(source.Options))
        {
            throw new PoseFormatException(
                path,
                "model_type",
                $"is '{named}', but the training configurations are of '{OnnxMetadata.TypeOf(source.Options)}'."
            );
        }

        var subject = metadata is null ? source.Subject : metadata.SubjectOr(source.Subject, path);
        return new(
            source.Options,
            subject,
            metadata?.Frame ?? source.Frame ?? PoseModelTransformer.AnySize,
            MultipleFor(source.Options)
        );
    }

    /// <summary>Reads a description that is part of a file of ours.</summary>
    public static ModelDescription Parse(string file, string type, string text)
    {
        if (!ModelTypes.Defaults.TryGetValue(type, out var defaults))
            throw new PoseFormatException(file, OnnxMetadata.TypeProperty, $"is '{type}', which is no type of models.");
        try
        {
            var (saved, options) = SavedModel.Parse(text, defaults.GetType());
            var subject = PoseFormatException.Naming(file, OnnxMetadata.ModelProperty, () => saved.Subject);
            options.Checked(subject).Throw();
            return new(options, subject, saved.Frame, 1);
        }
        catch (Exception fault) when (fault is InvalidDataException or ArgumentException or NotSupportedException)
        {
            throw new PoseFormatException(file, OnnxMetadata.ModelProperty, fault.Message, fault);
        }
    }

    // The training configurations beside the graph; null: there are none.
    private static (PoseModelOptions Options, PoseSubject? Subject, (int, int)? Frame)? FromConfigs(string folder)
    {
        string[] files = [.. Directory.GetFiles(folder, "training_config*.yaml").Order(StringComparer.Ordinal)];
        if (files.Length == 0)
            return null;
        SleapConfig[] configs =
        [
            .. files
                .Select(file => SleapConfig.Read(file, trained: true))
                .OrderBy(config => config.Options is not CentroidOptions),
        ];
        if (ModelTypes.Join([.. configs.Select(config => config.Options)]) is not { } options)
        {
            throw new PoseFormatException(
                folder,
                null,
                $"has training configurations that make no model: {string.Join(", ", configs.Select(config => config.Type))}."
            );
        }

        var last = configs[^1];
        return (
            options is TopDownIdOptions named ? named with { MinClassProbability = 0 } : options,
            new PoseSubject(last.Skeleton!, last.Classes),
            last.FrameSize
        );
    }

    // The default options of the type that the metadata or the outputs tell, with the grouping of sleap-nn.
    private static PoseModelOptions Default(ExportMetadata? metadata, string file, ModelProto model)
    {
        var outputs = model.Graph.Output.Select(output => output.Name).ToHashSet();
        var name = metadata?.ModelType;
        var options = ModelTypes.Defaults.Values.FirstOrDefault(candidate =>
            candidate is not CenteredInstanceOptions
            && (
                name is null
                    ? OnnxInterface.OutputsOf(candidate).SetEquals(outputs)
                    : OnnxMetadata.TypeOf(candidate) == name
            )
        );
        return options switch
        {
            BottomUpOptions bottomUp => bottomUp with
            {
                PartAffinity = bottomUp.PartAffinity with { Grouping = GroupingRule.SleapNN },
            },
            TopDownIdOptions named => named with { MinClassProbability = 0 },
            null => throw new PoseFormatException(
                file,
                null,
                $"is of no known type of models: model_type is '{name}', outputs are {string.Join(", ", outputs)}."
            ),
            _ => options,
        };
    }

    // sleap-nn's graphs do not pad: the smallest number that is a multiple of the stride when scaled.
    private static int MultipleFor(PoseModelOptions options)
    {
        var (stride, scale) = (options.Networks[0].Backbone.MaxStride, (double)(decimal)options.Networks[0].Scale);
        return Enumerable
            .Range(1, 64 * stride)
            .FirstOrDefault(size => size * scale % stride == 0, (int)Math.Ceiling(stride / scale));
    }

    private static string ReadText(string path) =>
        InputFile.Length(path) <= MaxMetadataBytes
            ? File.ReadAllText(path)
            : throw new PoseFormatException(path, null, "has more than 16 MB: it is no description of a model.");
}

/// <summary>The parts of <c>export_metadata.json</c> that are used.</summary>
internal sealed record ExportMetadata(
    string? ModelType,
    string[]? Nodes,
    int[][]? Edges,
    string[]? Classes,
    (int Height, int Width)? Frame
)
{
    public static ExportMetadata Parse(string text, string file)
    {
        try
        {
            using var json = JsonDocument.Parse(text);
            var root = json.RootElement;
            if (root.ValueKind != JsonValueKind.Object)
                throw new JsonException("It is no object.");
            T? Get<T>(string key) =>
                root.TryGetProperty(key, out var value) && value.ValueKind != JsonValueKind.Null
                    ? value.Deserialize<T>(JsonSerializerOptions.Web)
                    : default;
            var (height, width) = (Get<int?>("max_height"), Get<int?>("max_width"));
            return new(
                Get<string>("model_type"),
                Get<string[]>("node_names"),
                Get<int[][]>("edge_inds"),
                Get<string[]>("class_names"),
                height > 0 && width > 0 ? (height.Value, width.Value) : null
            );
        }
        catch (JsonException damage)
        {
            throw new PoseFormatException(file, null, $"cannot be read: {damage.Message}", damage);
        }
    }

    /// <summary>Skeleton and classes, completed by those of the training configuration.</summary>
    public PoseSubject? SubjectOr(PoseSubject? other, string file)
    {
        if (Nodes is not { Length: > 0 } nodes)
            return other;
        var skeleton = PoseFormatException.Naming(
            file,
            "node_names",
            () =>
                other is not null && other.Skeleton.Nodes.SequenceEqual(nodes)
                    ? other.Skeleton
                    : new Skeleton(
                        "",
                        nodes,
                        (Edges ?? []).Select(edge =>
                            edge is [var from, var to]
                                ? new Edge(from, to)
                                : throw new ArgumentException("edge_inds has an edge without two nodes.")
                        )
                    )
        );
        return new(skeleton, Classes ?? other?.Classes ?? []);
    }
}
