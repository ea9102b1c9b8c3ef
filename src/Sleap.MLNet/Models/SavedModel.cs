using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using Microsoft.ML.Runtime;
using Sleap.IO;

namespace Sleap.MLNet;

/// <summary>The JSON header of a saved model; the weights of its networks follow it.</summary>
internal sealed record SavedModel
{
    // Reflection, because source-generated code loses the defaults of init-only properties that are missing in a file
    // (https://github.com/dotnet/runtime/issues/84484). The resolver is set explicitly because file-based programs
    // disable the default one.
    private static readonly JsonSerializerOptions Json = new() { TypeInfoResolver = new DefaultJsonTypeInfoResolver() };

    public required string SkeletonName { get; init; }
    public required string[] Nodes { get; init; }
    public required int[][] Edges { get; init; }
    public required int[][] Symmetries { get; init; }
    public required string[] Classes { get; init; }
    public required int Height { get; init; }
    public required int Width { get; init; }
    public required JsonElement Options { get; init; }

    [JsonIgnore]
    public PoseSubject Subject =>
        new(
            new Skeleton(
                SkeletonName,
                Nodes,
                Edges.Select(edge => new Edge(edge[0], edge[1])),
                Symmetries.Select(pair => new Symmetry(pair[0], pair[1]))
            ),
            Classes
        );

    [JsonIgnore]
    public (int Height, int Width) Frame => (Height, Width);

    /// <summary>Writes a model.</summary>
    public static void Write(BinaryWriter writer, PoseModelTransformer model)
    {
        writer.Write(Describe(model.ModelOptions, model.Subject, model.Frame));
        foreach (var network in model.Networks)
        {
            using var weights = new MemoryStream();
            NetworkState.Save(network.Network, weights);
            writer.Write((int)weights.Length);
            writer.Write(weights.GetBuffer(), 0, (int)weights.Length);
        }
    }

    /// <summary>Returns the header of a model.</summary>
    public static string Describe(PoseModelOptions options, PoseSubject subject, (int Height, int Width) frame)
    {
        var skeleton = subject.Skeleton;
        var saved = new SavedModel
        {
            SkeletonName = skeleton.Name,
            Nodes = [.. skeleton.Nodes],
            Edges = [.. skeleton.Edges.Select(edge => new[] { edge.Source, edge.Destination })],
            Symmetries = [.. skeleton.Symmetries.Select(pair => new[] { pair.First, pair.Second })],
            Classes = [.. subject.Classes],
            Height = frame.Height,
            Width = frame.Width,
            Options = JsonSerializer.SerializeToElement(options, options.GetType(), Json),
        };
        return JsonSerializer.Serialize(saved, Json);
    }

    /// <summary>Reads a header and the options in it.</summary>
    /// <param name="description">Made by <see cref="Describe"/>.</param>
    /// <param name="type">The type of the options.</param>
    /// <exception cref="InvalidDataException">The text is damaged.</exception>
    public static (SavedModel Saved, PoseModelOptions Options) Parse(string description, Type type)
    {
        var saved = Parsed(() => JsonSerializer.Deserialize<SavedModel>(description, Json));
        return (saved, Parsed(() => (PoseModelOptions?)saved.Options.Deserialize(type, Json)));
    }

    /// <summary>Returns the options of a model in the form in which they are saved.</summary>
    public static JsonElement OptionsOf(PoseModelTransformer model) =>
        JsonSerializer.SerializeToElement(model.ModelOptions, model.ModelOptions.GetType(), Json);

    /// <summary>Reads a model.</summary>
    /// <typeparam name="TOptions">The options of its model type.</typeparam>
    /// <param name="environment">The ML.NET environment of the model.</param>
    /// <param name="reader">Reader at the position where <see cref="Write"/> started.</param>
    /// <exception cref="InvalidDataException">The data are damaged.</exception>
    /// <exception cref="ArgumentException">The options have faults.</exception>
    public static PoseModelTransformer Load<TOptions>(IHostEnvironment environment, BinaryReader reader)
        where TOptions : PoseModelOptions
    {
        var (saved, options) = Parse(reader.ReadString(), typeof(TOptions));
        return TrainedModel.Build(
            environment,
            options,
            saved.Subject,
            saved.Frame,
            (model, _) => NetworkState.Load(model.Network, new MemoryStream(reader.ReadBytes(reader.ReadInt32()))),
            reader.BaseStream.Length - reader.BaseStream.Position
        );
    }

    private static T Parsed<T>(Func<T?> parse)
    {
        try
        {
            return parse() ?? throw new InvalidDataException("The model's description is empty.");
        }
        catch (JsonException problem)
        {
            throw new InvalidDataException($"The model's description cannot be read: {problem.Message}", problem);
        }
    }
}
