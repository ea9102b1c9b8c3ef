using Microsoft.ML;
using Microsoft.ML.Runtime;

namespace Sleap.Transforms;

/// <summary>
/// Adds the track of each predicted instance; see <see cref="TrackingCatalog.Track(PoseCatalog, TrackingOptions?)"/>.
/// </summary>
public sealed class TrackingTransformer : PoseTransformer, ILoadable<TrackingTransformer>
{
    internal const string Component = "Track";

    internal TrackingTransformer(TrackingOptions options) => Options = options;

    /// <summary>How instances are tracked, and the names of the columns.</summary>
    public TrackingOptions Options { get; }

    internal override string? WhyNotSingleRows => "needs the frames before a frame";

    static int ILoadable<TrackingTransformer>.PayloadVersion => 2;

    static TrackingTransformer ILoadable<TrackingTransformer>.Load(
        IHostEnvironment environment,
        BinaryReader reader,
        int version
    )
    {
        var options = new TrackingOptions
        {
            Candidates = (TrackCandidates)reader.ReadInt32(),
            WindowSize = reader.ReadInt32(),
            Features = (TrackFeatures)reader.ReadInt32(),
            Scoring = (TrackScoring)reader.ReadInt32(),
            OksStandardDeviation = reader.ReadDouble(),
            Reduction = (ScoreReduction)reader.ReadInt32(),
            RobustQuantile = reader.ReadDouble(),
            Matching = (TrackMatching)reader.ReadInt32(),
            Motion = (TrackMotion)reader.ReadInt32(),
            MaxTracks = NullIfNegative(reader.ReadInt32()),
            TrackCapacity = reader.ReadInt32(),
            MinNewTrackPoints = reader.ReadInt32(),
            MinMatchPoints = reader.ReadInt32(),
            PreCullCount = NullIfNegative(reader.ReadInt32()),
            PreCullIou = NullIfNaN(reader.ReadDouble()),
            CleanCount = NullIfNegative(reader.ReadInt32()),
            CleanIou = NullIfNaN(reader.ReadDouble()),
            ConnectSingleBreaks = reader.ReadBoolean(),
            Columns = new PoseColumnOptions
            {
                Video = reader.ReadString(),
                FrameIndex = reader.ReadString(),
                PredictedKeypoints = reader.ReadString(),
                InstanceScore = reader.ReadString(),
                PredictedTrack = reader.ReadString(),
            },
        };
        if (version >= 2)
        {
            options = options with
            {
                FlowScale = reader.ReadDouble(),
                FlowWindow = reader.ReadInt32(),
                FlowLevels = reader.ReadInt32(),
                Columns = options.Columns with { Image = reader.ReadString() },
            };
        }

        return new TrackingTransformer(options);
    }

    internal override PoseMapper CreateMapper(DataViewSchema inputSchema) => new TrackingMapper(this, inputSchema);

    internal OutputColumn Output(bool single) =>
        KeypointColumns.Tracks(
            Options.Columns.PredictedTrack,
            [.. Enumerable.Range(0, Options.KeyCount).Select(LabelsTracking.TrackName)],
            single
        );

    internal override void Save(BinaryWriter writer)
    {
        writer.Write((int)Options.Candidates);
        writer.Write(Options.WindowSize);
        writer.Write((int)Options.Features);
        writer.Write((int)Options.Scoring);
        writer.Write(Options.OksStandardDeviation);
        writer.Write((int)Options.Reduction);
        writer.Write(Options.RobustQuantile);
        writer.Write((int)Options.Matching);
        writer.Write((int)Options.Motion);
        writer.Write(Options.MaxTracks ?? -1);
        writer.Write(Options.TrackCapacity);
        writer.Write(Options.MinNewTrackPoints);
        writer.Write(Options.MinMatchPoints);
        writer.Write(Options.PreCullCount ?? -1);
        writer.Write(Options.PreCullIou ?? double.NaN);
        writer.Write(Options.CleanCount ?? -1);
        writer.Write(Options.CleanIou ?? double.NaN);
        writer.Write(Options.ConnectSingleBreaks);
        writer.Write(Options.Columns.Video);
        writer.Write(Options.Columns.FrameIndex);
        writer.Write(Options.Columns.PredictedKeypoints);
        writer.Write(Options.Columns.InstanceScore);
        writer.Write(Options.Columns.PredictedTrack);
        writer.Write(Options.FlowScale);
        writer.Write(Options.FlowWindow);
        writer.Write(Options.FlowLevels);
        writer.Write(Options.Columns.Image);
    }

    private static int? NullIfNegative(int value) => value < 0 ? null : value;

    private static double? NullIfNaN(double value) => double.IsNaN(value) ? null : value;
}

/// <summary>
/// Estimator of <see cref="TrackingCatalog.Track(PoseCatalog, TrackingOptions?)"/>.
/// </summary>
/// <remarks>
/// <format type="text/markdown"><![CDATA[
/// ### Estimator Characteristics
/// | | |
/// | -- | -- |
/// | Does this estimator need to look at the data to train its parameters? | No |
/// | Input column data type | keypoints: known-sized or variable-sized vector of <xref:System.Single> |
/// | | for optical flow also <xref:Microsoft.ML.Data.MLImage> |
/// | Output column data type | for one instance: [key](xref:Microsoft.ML.Data.KeyDataViewType) |
/// | | for any number: variable-sized vector of [key](xref:Microsoft.ML.Data.KeyDataViewType) |
/// | Exportable to ONNX | No |
/// ]]></format>
/// </remarks>
public sealed class TrackingEstimator : IEstimator<TrackingTransformer>
{
    private readonly TrackingTransformer _transformer;

    internal TrackingEstimator(TrackingTransformer transformer) => _transformer = transformer;

    /// <summary>Checks the columns of <paramref name="input"/> and returns the transformer.</summary>
    /// <exception cref="ArgumentException">The keypoints, or the images that optical flow needs, are missing, or a
    /// column has another type.</exception>
    public TrackingTransformer Fit(IDataView input)
    {
        ArgumentNullException.ThrowIfNull(input);
        _transformer.GetOutputSchema(input.Schema);
        return _transformer;
    }

    /// <summary>The shape of the transformed data: the track column added, a key or a vector of keys.</summary>
    /// <exception cref="ArgumentException">The keypoints, or the images that optical flow needs, are missing, or a
    /// column has another type.</exception>
    public SchemaShape GetOutputSchema(SchemaShape inputSchema)
    {
        var keypoints = TrackingMapper.Check(inputSchema, _transformer.Options);
        return SchemaShapes.Append(
            inputSchema,
            [_transformer.Output(keypoints.Kind == SchemaShape.Column.VectorKind.Vector)]
        );
    }
}
