using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;
using Sleap.IO;

namespace Sleap.MLNet;

/// <summary>A graph in ONNX Runtime, shared by the transformers that predict with it.</summary>
internal sealed class OnnxSession
{
    private readonly InferenceSession _session;
    private readonly RunOptions _run = new();
    private int _users = 1;

    private OnnxSession(byte[] model, InferenceSession session, OnnxInterface @interface) =>
        (Model, _session, Interface) = (model, session, @interface);

    /// <summary>The bytes of the graph, with all its weights.</summary>
    public byte[] Model { get; }

    public OnnxInterface Interface { get; }

    /// <param name="model">A graph without external tensors.</param>
    /// <param name="options">What computes it.</param>
    /// <param name="name">Its file, for messages.</param>
    /// <exception cref="NotSupportedException">The provider is not there.</exception>
    /// <exception cref="PoseFormatException">ONNX Runtime refuses the graph, or it is no pose model.</exception>
    public static OnnxSession Open(byte[] model, OnnxOptions options, string name)
    {
        var session = Load(model, options, name);
        try
        {
            return new(model, session, OnnxInterface.Of(session, name));
        }
        catch
        {
            session.Dispose();
            throw;
        }
    }

    /// <summary>Loads any graph.</summary>
    /// <inheritdoc cref="Open"/>
    public static InferenceSession Load(byte[] model, OnnxOptions options, string name)
    {
        using var settings = new SessionOptions { LogSeverityLevel = OrtLoggingLevel.ORT_LOGGING_LEVEL_FATAL };
        Append(settings, options);
        try
        {
            return new InferenceSession(model, settings);
        }
        catch (OnnxRuntimeException refusal)
        {
            throw new PoseFormatException(
                name,
                null,
                $"ONNX Runtime cannot load the graph: {OneLine.Of(refusal.Message)}",
                refusal
            );
        }
    }

    /// <summary>Adds a reference, which the caller has to release.</summary>
    public OnnxSession Share()
    {
        Interlocked.Increment(ref _users);
        return this;
    }

    /// <summary>Releases a reference.</summary>
    public void Release()
    {
        if (Interlocked.Decrement(ref _users) > 0)
            return;
        _session.Dispose();
        _run.Dispose();
    }

    /// <summary>Computes the outputs.</summary>
    /// <param name="images">(B, C, H, W)</param>
    /// <param name="shape">B, C, H and W.</param>
    /// <exception cref="InvalidDataException">ONNX Runtime fails.</exception>
    public OnnxResults Run(byte[] images, long[] shape)
    {
        using var input = OrtValue.CreateTensorValueFromMemory(images, shape);
        try
        {
            return new(Interface.Outputs, _session.Run(_run, [OnnxInterface.Input], [input], Interface.Outputs));
        }
        catch (OnnxRuntimeException failure)
        {
            throw new InvalidDataException(
                $"ONNX Runtime cannot compute the model for images of {shape[3]} x {shape[2]} pixels: "
                    + OneLine.Of(failure.Message),
                failure
            );
        }
    }

    private static void Append(SessionOptions settings, OnnxOptions options)
    {
        try
        {
            switch (options.Provider)
            {
                case OnnxProvider.Cuda:
                    settings.AppendExecutionProvider_CUDA(options.DeviceId);
                    break;
                case OnnxProvider.DirectML:
                    settings.AppendExecutionProvider_DML(options.DeviceId);
                    break;
                case OnnxProvider.TensorRt:
                    settings.AppendExecutionProvider_Tensorrt(options.DeviceId);
                    break;
            }
        }
        catch (Exception absence)
            when (absence is OnnxRuntimeException or EntryPointNotFoundException or DllNotFoundException)
        {
            var package = options.Provider == OnnxProvider.DirectML ? "DirectML" : "Gpu";
            throw new NotSupportedException(
                $"ONNX Runtime has no provider {options.Provider} here. Add the package "
                    + $"Microsoft.ML.OnnxRuntime.{package} to the program, or use {nameof(OnnxProvider)}.{nameof(OnnxProvider.Cpu)}. "
                    + $"({OneLine.Of(absence.Message)})",
                absence
            );
        }
    }
}

/// <summary>Input and outputs of a graph.</summary>
/// <param name="Channels">Channels of the images.</param>
/// <param name="Outputs">Names of the outputs that are used.</param>
/// <param name="Sizes">Sizes of each output; −1 for one that is free.</param>
internal sealed record OnnxInterface(
    int Channels,
    IReadOnlyList<string> Outputs,
    IReadOnlyDictionary<string, int[]> Sizes
)
{
    /// <summary>Name of the input.</summary>
    public const string Input = "image";

    private static readonly Dictionary<string, (TensorElementType Type, int Rank)> Known = new()
    {
        ["peaks"] = (TensorElementType.Float, 0),
        ["peak_vals"] = (TensorElementType.Float, 0),
        ["peak_mask"] = (TensorElementType.Bool, 3),
        ["line_scores"] = (TensorElementType.Float, 3),
        ["candidate_mask"] = (TensorElementType.Bool, 3),
        ["class_probs"] = (TensorElementType.Float, 4),
        ["centroids"] = (TensorElementType.Float, 3),
        ["centroid_vals"] = (TensorElementType.Float, 2),
        ["instance_valid"] = (TensorElementType.Bool, 2),
        ["class_logits"] = (TensorElementType.Float, 3),
    };

    /// <summary>The outputs of a type of models.</summary>
    public static HashSet<string> OutputsOf(PoseModelOptions options)
    {
        string[] centers = ["centroids", "centroid_vals", "instance_valid"],
            nodes = ["peaks", "peak_vals"];
        return
        [
            .. (options.Networks, options.Networks[^1].Heads(PoseSubject.Placeholder)) switch
            {
                ([CentroidOptions], _) => centers,
                ([_, _], [_]) => [.. centers, .. nodes],
                ([_, _], _) => [.. centers, .. nodes, "class_logits"],
                (_, [_, PartAffinityHeadOptions]) => [.. nodes, "peak_mask", "line_scores", "candidate_mask"],
                (_, [_, ClassMapHeadOptions]) => [.. nodes, "peak_mask", "class_probs"],
                _ => nodes,
            },
        ];
    }

    /// <exception cref="PoseFormatException">It is not that of a pose model.</exception>
    public static OnnxInterface Of(InferenceSession session, string file)
    {
        var inputs = session.InputMetadata;
        if (
            inputs.Count != 1
            || !inputs.TryGetValue(Input, out var image)
            || !image.IsTensor
            || image.ElementDataType != TensorElementType.UInt8
            || image.Dimensions is not [_, 1 or 3, _, _]
        )
        {
            var text = string.Join(", ", inputs.Select(input => $"{input.Key} {TextOf(input.Value)}"));
            throw new PoseFormatException(
                file,
                null,
                $"the graph has the input {text}, expected {Input} UInt8 (B, 1 or 3, H, W)."
            );
        }

        Dictionary<string, int[]> sizes = [];
        foreach (var (name, output) in session.OutputMetadata)
        {
            if (!Known.TryGetValue(name, out var expected))
                continue;
            if (
                !output.IsTensor
                || output.ElementDataType != expected.Type
                || (expected.Rank > 0 && output.Dimensions.Length != expected.Rank)
            )
            {
                throw new PoseFormatException(
                    file,
                    $"output {name}",
                    $"is {TextOf(output)}, expected {expected.Type}"
                        + (expected.Rank > 0 ? $" of {expected.Rank} dimensions." : ".")
                );
            }

            sizes[name] = output.Dimensions;
        }

        return new(image.Dimensions[1], [.. sizes.Keys], sizes);
    }

    /// <summary>
    /// Checks the outputs against skeleton and classes, and makes up names where the folder has none.
    /// </summary>
    /// <exception cref="PoseFormatException">The graph has other numbers of nodes, edges or classes.</exception>
    public PoseSubject Complete(PoseSubject? subject, string file)
    {
        int? nodes = Size("peaks", Sizes.ContainsKey("peak_mask") ? 1 : ^2),
            edges = Size("line_scores", 1),
            classes = Size("class_probs", ^1) ?? Size("class_logits", ^1);
        subject ??= new(nodes is { } count ? new Skeleton("", Names("node", count)) : CentroidModel.Skeleton, []);
        if (subject.Classes.Count == 0 && classes is { } kinds)
            subject = subject with { Classes = Names("class", kinds) };
        Require("nodes", nodes, subject.Skeleton.Nodes.Length);
        Require("edges", edges, subject.Skeleton.Edges.Length);
        Require("classes", classes, subject.Classes.Count);
        return subject;

        int? Size(string output, Index axis) =>
            Sizes.TryGetValue(output, out var sizes) && sizes.Length >= 2 && sizes[axis] > 0 ? sizes[axis] : null;

        void Require(string what, int? found, int expected)
        {
            if (found is not null && found != expected)
                throw new PoseFormatException(file, null, $"the graph has {found} {what}, its description {expected}.");
        }

        static string[] Names(string of, int count) => [.. Enumerable.Range(0, count).Select(i => $"{of}{i}")];
    }

    public static string TextOf(NodeMetadata port) =>
        port.IsTensor ? $"{port.ElementDataType} ({string.Join(", ", port.Dimensions)})" : $"{port.OnnxValueType}";
}

/// <summary>The outputs of one run.</summary>
internal sealed class OnnxResults(IReadOnlyList<string> names, IDisposableReadOnlyCollection<OrtValue> values)
    : IDisposable
{
    /// <summary>Reads an output.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="shape">The sizes that it must have; −1 for any.</param>
    /// <exception cref="InvalidDataException">It is not there or has another shape.</exception>
    public T[] Read<T>(string name, params long[] shape)
        where T : unmanaged
    {
        var sizes = Shape(name);
        if (sizes.Length != shape.Length || sizes.Zip(shape).Any(pair => pair.Second >= 0 && pair.First != pair.Second))
        {
            throw new InvalidDataException(
                $"The model's output '{name}' has the shape ({string.Join(", ", sizes)}), expected "
                    + $"({string.Join(", ", shape.Select(size => size < 0 ? "any" : $"{size}"))})."
            );
        }

        return values[IndexOf(name)].GetTensorDataAsSpan<T>().ToArray();
    }

    public long[] Shape(string name) => values[IndexOf(name)].GetTensorTypeAndShape().Shape;

    public void Dispose() => values.Dispose();

    private int IndexOf(string name)
    {
        for (var i = 0; i < names.Count; i++)
        {
            if (names[i] == name)
                return i;
        }

        throw new InvalidDataException($"The model has no output '{name}'; it has {string.Join(", ", names)}.");
    }
}
