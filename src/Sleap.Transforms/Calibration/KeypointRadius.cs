using System.Collections.Immutable;
using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Runtime;
using Sleap.IO;

namespace Sleap.Transforms;

/// <summary>Options of <see cref="CalibrationCatalog.KeypointRadius"/>.</summary>
public sealed record KeypointRadiusOptions
{
    /// <summary>
    /// The probability with which the true place lies within the radius, above 0 and below 1. Default 0.9.
    /// </summary>
    public double Coverage { get; init; } = 0.9;

    /// <summary>Output: the radius of each node in pixels. Default "KeypointRadius".</summary>
    public string OutputColumn { get; init; } = "KeypointRadius";

    /// <summary>Names of the other columns.</summary>
    public PoseColumnOptions Columns { get; init; } = new();

    /// <exception cref="ArgumentException">The options have faults; the message lists all of them.</exception>
    internal KeypointRadiusOptions Checked()
    {
        new OptionFaults(KeypointRadiusTransformer.Component)
            .Columns(Columns)
            .Expect(Coverage is > 0 and < 1, nameof(Coverage), Coverage, "a number above 0 and below 1")
            .OutputName(OutputColumn)
            .Throw();
        return this;
    }
}

/// <summary>
/// Learns how far the nodes that a model predicts are from their true places, by node and score. The true place of a
/// node lies within the radius with the probability of <see cref="KeypointRadiusOptions.Coverage"/>, in frames like
/// those that it was learned from.
/// </summary>
/// <remarks>
/// <format type="text/markdown"><![CDATA[
/// ### Estimator Characteristics
/// | | |
/// | -- | -- |
/// | Does this estimator need to look at the data to train its parameters? | Yes |
/// | Input column data type | `PredictedKeypoints`, `KeypointScore`: vector of <xref:System.Single> |
/// | | only for `Fit`: `Keypoints`: vector of <xref:System.Single> |
/// | Output column data type | `KeypointRadius`: vector of <xref:System.Single>, as `KeypointScore` |
/// | Exportable to ONNX | No |
/// ]]></format>
/// </remarks>
public sealed class KeypointRadiusEstimator : IEstimator<KeypointRadiusTransformer>
{
    private readonly KeypointRadiusOptions _options;

    internal KeypointRadiusEstimator(KeypointRadiusOptions options) => _options = options.Checked();

    /// <summary>Learns the radius from labeled frames with predictions.</summary>
    /// <param name="input">
    /// Labels after a model: <c>model.Transform(heldBack)</c>, of frames that the model was not trained on. In frames
    /// like those of the training the radius would be too small elsewhere.
    /// </param>
    /// <exception cref="ArgumentException">A column is missing or has another type, or the labels and the predictions
    /// have no node in common.</exception>
    /// <exception cref="InvalidOperationException">Fewer than 30 labeled nodes were found by the model.</exception>
    public KeypointRadiusTransformer Fit(IDataView input)
    {
        ArgumentNullException.ThrowIfNull(input);
        var names = _options.Columns;
        var truth = PoseColumn.BindLabels(input.Schema, names, KeypointRadiusTransformer.Component);
        var predicted = PoseColumn.BindPredicted(input.Schema, names, KeypointRadiusTransformer.Component);
        var nodes = new NodePairing(
            truth.Skeleton,
            predicted.Skeleton,
            $"'{names.Keypoints}'",
            $"'{names.PredictedKeypoints}'"
        );
        List<NodeDistance> errors = [];
        using var cursor = input.GetRowCursor([.. truth.Columns, .. predicted.Columns]);
        var (labels, predictions) = (truth.Open(cursor), predicted.Open(cursor));
        for (var frame = 0; cursor.MoveNext(); frame++)
        {
            var (right, found) = (
                labels().SelectNodes(nodes.TruthNodes).WhereVisible(),
                predictions().SelectNodes(nodes.PredictedNodes).WhereVisible()
            );
            foreach (var (one, partner) in InstancePairing.ByDistance(right, found).Index())
            {
                for (var node = 0; partner >= 0 && node < right.Nodes; node++)
                {
                    var distance = KeypointSimilarity.Distance(right[one].Points, found[partner].Points, node);
                    var scores = found[partner].PeakScores;
                    if (!double.IsNaN(distance))
                    {
                        errors.Add(
                            new(
                                frame,
                                nodes.PredictedNodes[node],
                                scores.IsEmpty ? found[partner].Score : scores[node],
                                distance
                            )
                        );
                    }
                }
            }
        }
        if (errors.Count < RadiusTable.MinErrors)
        {
            throw new InvalidOperationException(
                $"{KeypointRadiusTransformer.Component}: {errors.Count} labeled nodes were found by the model, "
                    + $"expected at least {RadiusTable.MinErrors}."
            );
        }

        return new(
            _options,
            predicted.Skeleton.Nodes,
            RadiusTable.Learn(errors, predicted.Skeleton.Nodes.Length, _options.Coverage)
        );
    }

    /// <summary>The shape of the transformed data: the radius of each node added.</summary>
    /// <exception cref="ArgumentException">A column is missing or of another type.</exception>
    public SchemaShape GetOutputSchema(SchemaShape inputSchema)
    {
        const string component = KeypointRadiusTransformer.Component;
        var names = _options.Columns;
        KeypointColumns.Rule.Require(inputSchema, names.Keypoints, component);
        ColumnRule.Tracks.Find(inputSchema, names.Track, component);
        var keypoints = KeypointColumns.Rule.Require(inputSchema, names.PredictedKeypoints, component);
        ColumnRule.SingleVector.Find(inputSchema, names.KeypointScore, component);
        ColumnRule.Singles.Find(inputSchema, names.InstanceScore, component);
        ColumnRule.Tracks.Find(inputSchema, names.PredictedTrack, component);
        var isSingle = keypoints.Kind == SchemaShape.Column.VectorKind.Vector;
        return SchemaShapes.Append(inputSchema, [KeypointColumns.Values(_options.OutputColumn, ["node"], isSingle)]);
    }
}

/// <summary>Adds the radius of each predicted node, see <see cref="KeypointRadiusEstimator"/>.</summary>
public sealed class KeypointRadiusTransformer : PoseTransformer, ILoadable<KeypointRadiusTransformer>
{
    internal const string Component = "KeypointRadius";
    private const int MaxNodes = 10_000;
    private readonly ImmutableArray<string> _nodes;
    private readonly RadiusTable _table;

    internal KeypointRadiusTransformer(
        KeypointRadiusOptions options,
        ImmutableArray<string> nodes,
        RadiusTable table
    ) => (Options, _nodes, _table) = (options, nodes, table);

    /// <summary>The probability and the names of the columns.</summary>
    public KeypointRadiusOptions Options { get; }

    internal override string DisplayName => Component;

    static int ILoadable<KeypointRadiusTransformer>.PayloadVersion => 1;

    static KeypointRadiusTransformer ILoadable<KeypointRadiusTransformer>.Load(
        IHostEnvironment environment,
        BinaryReader reader,
        int version
    )
    {
        var options = OptionsJson.Read<KeypointRadiusOptions>(reader).Checked();
        var count = reader.ReadInt32();
        if (count is < 1 or > MaxNodes)
            throw new InvalidDataException($"The keypoint radius in the model has {count} nodes.");
        ImmutableArray<string> nodes = [.. Enumerable.Range(0, count).Select(_ => reader.ReadString())];
        var table = RadiusTable.Load(reader);
        return table.Nodes == count
            ? new(options, nodes, table)
            : throw new InvalidDataException(
                $"The keypoint radius in the model has {count} names for {table.Nodes} nodes."
            );
    }

    /// <summary>The radius around a predicted node, in pixels.</summary>
    /// <param name="node">Number of the node in the predicted skeleton, from 0.</param>
    /// <param name="score">Its score; NaN counts as the lowest.</param>
    /// <exception cref="ArgumentOutOfRangeException">There is no such node.</exception>
    public double RadiusOf(int node, double score)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(node);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(node, _table.Nodes);
        return _table.Radius(node, score);
    }

    internal override void Save(BinaryWriter writer)
    {
        OptionsJson.Write(writer, Options);
        writer.Write(_nodes.Length);
        foreach (var node in _nodes)
            writer.Write(node);
        _table.Save(writer);
    }

    internal override PoseMapper CreateMapper(DataViewSchema inputSchema)
    {
        var poses = PoseColumn.BindPredicted(inputSchema, Options.Columns, Component);
        return poses.Skeleton.Nodes.SequenceEqual(_nodes)
            ? new Mapper(poses, Options.OutputColumn, _table)
            : throw new ArgumentException(
                $"{Component}: the poses have the nodes {OneLine.Some(poses.Skeleton.Nodes)}, and the radius was learned "
                    + $"for {OneLine.Some(_nodes)}."
            );
    }

    private sealed class Mapper(PoseColumn poses, string output, RadiusTable table) : PoseMapper
    {
        public override IReadOnlyList<OutputColumn> Outputs { get; } =
        [KeypointColumns.Values(output, poses.Skeleton.Nodes, poses.IsSingle)];

        public override IReadOnlyList<DataViewSchema.Column> Inputs { get; } = [.. poses.Columns];

        public override PosePass Begin(DataViewRow input, IReadOnlyList<bool> activeOutputs) =>
            new Pass(poses.Open(input), table);
    }

    private sealed class Pass(Func<InstanceArray> read, RadiusTable table) : PosePass
    {
        private float[] _radii = [];

        public override void Read(int slot)
        {
            var found = read();
            _radii = InstanceArray.Missing(found.Count * found.Nodes);
            foreach (var instance in found)
            {
                var scores = instance.PeakScores;
                foreach (var node in instance.VisibleNodes)
                {
                    _radii[instance.Index * found.Nodes + node] = (float)
                        table.Radius(node, scores.IsEmpty ? instance.Score : scores[node]);
                }
            }
        }

        public override void Process(int count) { }

        public override Delegate CreateGetter(int output, Func<int> slot) =>
            (ValueGetter<VBuffer<float>>)(
                (ref VBuffer<float> value) => SkeletonAnnotations.Copy<float>(_radii, ref value)
            );
    }
}

/// <summary>How sure predictions are.</summary>
public static class CalibrationCatalog
{
    /// <summary>
    /// Create a <see cref="KeypointRadiusEstimator"/>, which learns for each predicted node the radius in pixels within
    /// which the true place lies with a given probability.
    /// </summary>
    /// <example><c>var sure = model.Append(pose.KeypointRadius().Fit(model.Transform(heldBack)));</c></example>
    /// <param name="pose">From <c>mlContext.Pose()</c>.</param>
    /// <param name="options">Probability and names of columns; null for the defaults.</param>
    /// <exception cref="ArgumentException">The options have faults; the message lists all of them.</exception>
    public static KeypointRadiusEstimator KeypointRadius(this PoseCatalog pose, KeypointRadiusOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(pose);
        return new(options ?? new());
    }
}
