using System.Text.Json;
using System.Text.Json.Serialization;
using Sleap.IO;

namespace Sleap.MLNet;

/// <summary>What a saved model says of itself, as JSON; the weights come after it. How it was trained is not kept: it does not change what it predicts.</summary>
internal sealed partial record SavedSingleInstance
{
    public required string SkeletonName { get; init; }
    public required string[] Nodes { get; init; }
    public required int[][] Edges { get; init; }
    public required int[][] Symmetries { get; init; }
    public required int Height { get; init; }
    public required int Width { get; init; }
    public required BackboneOptions Backbone { get; init; }
    public required int OutputStride { get; init; }
    public required float Sigma { get; init; }
    public required float Scale { get; init; }
    public required float PeakThreshold { get; init; }
    public required PeakRefinement Refinement { get; init; }
    public required Precision Precision { get; init; }
    public required int BatchSize { get; init; }
    public required string ImageColumn { get; init; }
    public required string KeypointsColumn { get; init; }
    public required string PredictedKeypointsColumn { get; init; }
    public required string KeypointScoreColumn { get; init; }
    public required string InstanceScoreColumn { get; init; }
    public required string PredictedCentroidColumn { get; init; }

    public static SavedSingleInstance From(SingleInstanceOptions options, Skeleton skeleton, int height, int width) => new()
    {
        SkeletonName = skeleton.Name,
        Nodes = [.. skeleton.Nodes],
        Edges = [.. skeleton.Edges.Select(edge => new[] { edge.Source, edge.Destination })],
        Symmetries = [.. skeleton.Symmetries.Select(pair => new[] { pair.First, pair.Second })],
        Height = height,
        Width = width,
        Backbone = options.Backbone,
        OutputStride = options.HeadStride,
        Sigma = options.Sigma,
        Scale = options.Scale,
        PeakThreshold = options.PeakThreshold,
        Refinement = options.Refinement,
        Precision = options.Precision,
        BatchSize = options.BatchSize,
        ImageColumn = options.ImageColumn,
        KeypointsColumn = options.KeypointsColumn,
        PredictedKeypointsColumn = options.PredictedKeypointsColumn,
        KeypointScoreColumn = options.KeypointScoreColumn,
        InstanceScoreColumn = options.InstanceScoreColumn,
        PredictedCentroidColumn = options.PredictedCentroidColumn,
    };

    /// <summary>The options to predict with. The device is chosen anew: the machine that loads may have none of the one that saved.</summary>
    public SingleInstanceOptions ToOptions() => new()
    {
        Backbone = Backbone,
        OutputStride = OutputStride,
        Sigma = Sigma,
        Scale = Scale,
        PeakThreshold = PeakThreshold,
        Refinement = Refinement,
        Precision = Precision,
        BatchSize = BatchSize,
        ImageColumn = ImageColumn,
        KeypointsColumn = KeypointsColumn,
        PredictedKeypointsColumn = PredictedKeypointsColumn,
        KeypointScoreColumn = KeypointScoreColumn,
        InstanceScoreColumn = InstanceScoreColumn,
        PredictedCentroidColumn = PredictedCentroidColumn,
    };

    public Skeleton ToSkeleton() => new(
        SkeletonName,
        Nodes,
        Edges.Select(edge => new Edge(edge[0], edge[1])),
        Symmetries.Select(pair => new Symmetry(pair[0], pair[1])));

    public string ToJson() => JsonSerializer.Serialize(this, Json.Default.SavedSingleInstance);

    public static SavedSingleInstance FromJson(string json)
    {
        try
        {
            return JsonSerializer.Deserialize(json, Json.Default.SavedSingleInstance) ?? throw new InvalidDataException("The model's description is empty.");
        }
        catch (JsonException problem)
        {
            throw new InvalidDataException($"The model's description cannot be read: {problem.Message}", problem);
        }
    }

    // Generated code: programs of one file have reflection-based serialization switched off.
    [JsonSerializable(typeof(SavedSingleInstance))]
    private sealed partial class Json : JsonSerializerContext;
}
