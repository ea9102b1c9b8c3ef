using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using Sleap.IO;

namespace Sleap.MLNet;

/// <summary>What a saved model says of itself, as JSON; the weights of its networks come after it.</summary>
internal sealed partial record SavedModel
{
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
        var skeleton = model.Skeleton;
        var saved = new SavedModel
        {
            SkeletonName = skeleton.Name,
            Nodes = [.. skeleton.Nodes],
            Edges = [.. skeleton.Edges.Select(edge => new[] { edge.Source, edge.Destination })],
            Symmetries = [.. skeleton.Symmetries.Select(pair => new[] { pair.First, pair.Second })],
            Classes = [.. model.Classes],
            Height = model.Frame.Height,
            Width = model.Frame.Width,
            Options = OptionsOf(model),
        };
        writer.Write(JsonSerializer.Serialize(saved, JsonTypes.Default.SavedModel));
        foreach (var stage in model.Stages)
        {
            using var weights = new MemoryStream();
            NetworkState.Save(stage.Model.Network, weights);
            writer.Write((int)weights.Length);
            writer.Write(weights.GetBuffer(), 0, (int)weights.Length);
        }
    }

    /// <summary>The options of a model as they are saved.</summary>
    public static JsonElement OptionsOf(PoseModelTransformer model) =>
        JsonSerializer.SerializeToElement(
            model.ModelOptions,
            JsonTypes.Default.GetTypeInfo(model.ModelOptions.GetType())!
        );

    /// <summary>Reads what comes before the weights.</summary>
    /// <exception cref="InvalidDataException">It cannot be read.</exception>
    public static SavedModel Read(BinaryReader reader) =>
        Parsed(() => JsonSerializer.Deserialize(reader.ReadString(), JsonTypes.Default.SavedModel));

    /// <summary>The options to predict with.</summary>
    /// <exception cref="InvalidDataException">They cannot be read.</exception>
    public TOptions OptionsAs<TOptions>() =>
        Parsed(() => Options.Deserialize((JsonTypeInfo<TOptions>)JsonTypes.Default.GetTypeInfo(typeof(TOptions))!));

    /// <summary>Reads the weights of one network.</summary>
    public static void LoadWeights(BinaryReader reader, PoseModel model) =>
        NetworkState.Load(model.Network, new MemoryStream(reader.ReadBytes(reader.ReadInt32())));

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

    // Generated code: programs of one file have reflection-based serialization switched off.
    [JsonSerializable(typeof(SavedModel))]
    [JsonSerializable(typeof(SingleInstanceOptions))]
    [JsonSerializable(typeof(CentroidOptions))]
    [JsonSerializable(typeof(CenteredInstanceOptions))]
    [JsonSerializable(typeof(TopDownOptions))]
    [JsonSerializable(typeof(TopDownIdOptions))]
    [JsonSerializable(typeof(BottomUpOptions))]
    [JsonSerializable(typeof(BottomUpIdOptions))]
    private sealed partial class JsonTypes : JsonSerializerContext;
}
