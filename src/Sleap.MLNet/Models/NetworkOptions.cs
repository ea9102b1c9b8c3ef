using System.Text.Json.Serialization;
using Sleap.Transforms;

namespace Sleap.MLNet;

/// <summary>
/// Options of one network: backbone, input, confidence maps, training and prediction. Base of the model types with one
/// network, and of the stages of those with two.
/// </summary>
public abstract record NetworkOptions : PoseModelOptions
{
    /// <summary>The largest batch: what is larger is no faster, and its frames may not fit into memory.</summary>
    internal const int MaxBatch = 4096;

    private protected NetworkOptions() { }

    /// <summary>The backbone. Default: <see cref="UNetOptions"/> at output stride 2.</summary>
    public BackboneOptions Backbone { get; init; } = new UNetOptions { OutputStride = 2 };

    /// <summary>
    /// Scale of the network input relative to the frame (or the crop), above 0. Default 1; with 0.5 the network
    /// computes a quarter of the pixels and is often as accurate.
    /// </summary>
    public float Scale { get; init; } = 1;

    /// <summary>
    /// Standard deviation of the Gaussian around each node, above 0, in cells of the confidence map; in pixels of the
    /// network input it is <c>Sigma</c> times the stride, as in SLEAP-NN. Default 5.
    /// </summary>
    public float Sigma { get; init; } = 5;

    /// <summary>
    /// Stride of the confidence maps in pixels of the network input; null (default): the backbone's
    /// <see cref="BackboneOptions.OutputStride"/>.
    /// </summary>
    public int? OutputStride { get; init; }

    /// <summary>Minimum value of a peak, 0 to 1; lower peaks are ignored. Default 0.2.</summary>
    public float PeakThreshold { get; init; } = 0.2f;

    /// <summary>
    /// How the position of a peak between cells of the map is computed. Default <see cref="PeakRefinement.Gaussian"/>,
    /// which is exact for the Gaussian of training; SLEAP-NN's is <see cref="PeakRefinement.Integral"/>.
    /// </summary>
    public PeakRefinement Refinement { get; init; } = PeakRefinement.Gaussian;

    /// <summary>Number of frames (or crops) in one prediction batch, 1 to 4096. Default 4.</summary>
    public int BatchSize { get; init; } = 4;

    /// <summary>
    /// Side of the tiles that large frames are cut into for prediction, in pixels of the network input; where it is too
    /// small for <see cref="TileOverlap"/>, the error names the minimum. <see cref="BatchSize"/> tiles make one batch.
    /// Null (default): whole frames; tiles are used only for a U-Net on the CPU whose maps of whole frames would not
    /// fit into memory. Crops are not tiled.
    /// </summary>
    public int? TileSize { get; init; }

    /// <summary>
    /// Minimum overlap of neighboring tiles in pixels of the network input, 0 or more; only together with
    /// <see cref="TileSize"/>. Null (default): for a U-Net large enough
    /// that peaks are those of whole frames; for other backbones, whose receptive field is larger than any tile, half
    /// of <see cref="TileSize"/>, and peaks near tile borders can differ.
    /// </summary>
    public int? TileOverlap { get; init; }

    /// <summary>Floating-point precision of prediction. Default <see cref="Precision.Single"/>.</summary>
    public Precision Precision { get; init; } = Precision.Single;

    /// <summary>Augmentation of the training frames.</summary>
    [JsonIgnore] // how a model was trained does not change its predictions
    public AugmentationOptions Augmentation { get; init; } = new();

    /// <summary>Options of the training.</summary>
    [JsonIgnore]
    public TrainerOptions Training { get; init; } = new();

    /// <summary>
    /// When images get the number of channels of the network's input. Default <see cref="ChannelConversion.First"/>,
    /// the fastest for color videos and a gray network.
    /// </summary>
    [JsonInclude, JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    internal ChannelConversion ChannelConversion { get; init; }

    /// <summary>Channels that frames are converted to before they are resized; null: they keep theirs.</summary>
    internal int? FrameChannels => ChannelConversion == ChannelConversion.Last ? null : Backbone.InChannels;

    internal int HeadStride => OutputStride ?? Backbone.OutputStride;

    /// <summary>Name of the network in messages: <c>centered instance</c>.</summary>
    internal abstract string Title { get; }

    /// <summary>Name of the network in sleap-nn's <c>head_configs</c>.</summary>
    internal abstract string NetworkName { get; }

    /// <summary>Whether the network has classes.</summary>
    internal virtual bool NeedsClasses => Needs.Tracks;

    /// <summary>The heads, in the order of the network's outputs; the first one gives confidence maps.</summary>
    internal abstract IReadOnlyList<HeadOptions> Heads(PoseSubject subject);

    /// <summary>Creates the network with its losses and the decoding of its outputs.</summary>
    /// <param name="subject">Skeleton and classes.</param>
    /// <param name="network">The weights; the model owns one reference and releases it.</param>
    internal abstract PoseModel CreateModel(PoseSubject subject, SharedNetwork network);

    /// <summary>Creates the maker of training samples.</summary>
    /// <param name="subject">Skeleton and classes that the network learns.</param>
    /// <param name="frame">The size that frames are matched to.</param>
    internal abstract SampleMaker CreateSamples(PoseSubject subject, (int Height, int Width) frame);

    /// <summary>
    /// Returns the options for training on frames with this number of channels, which is also the network's if frames
    /// keep theirs. As in sleap-nn, published weights are for color.
    /// </summary>
    internal NetworkOptions ForFrames(int channels) =>
        ChannelConversion != ChannelConversion.Last
            ? this
            : this with
            {
                Backbone = Backbone with
                {
                    InChannels = Backbone is StagedBackboneOptions { PretrainedWeights: not null } ? 3 : channels,
                },
            };

    /// <summary>Returns the options completed by values that depend on the labels.</summary>
    internal virtual NetworkOptions CompletedBy(PoseSubject subject, IReadOnlyList<LabeledRow> rows) =>
        Training.Tiles is not { Size: null } tiles
            ? this
            : this with
            {
                Training = Training with
                {
                    Tiles = tiles.CompletedBy(
                        new LabelStatistics(rows, subject.Skeleton).Side(0.9) * Scale,
                        Backbone.Strides()[^1]
                    ),
                },
            };

    /// <summary>The section of the type's own head in <c>head_configs</c>, beside the confidence maps.</summary>
    internal virtual (string Name, (string Key, object? Value)[] Values)? SleapHead(PoseSubject subject) => null;

    internal override IReadOnlyList<NetworkOptions> Networks => [this];

    internal override PoseModelOptions WithNetworks(IReadOnlyList<NetworkOptions> networks) => networks[0];

    internal override PosePredictor CreatePredictor(TrainedModel model) => model.OnWholeFrames();

    internal override NetworkOptions With(PredictionOptions prediction) => prediction.ApplyTo(this);

    /// <summary>Creates a network with its own weights.</summary>
    /// <param name="subject">Skeleton and classes.</param>
    /// <param name="initialization">How the parameters are initialized.</param>
    /// <param name="seed">Seed of the parameters; null if they are loaded or copied afterwards.</param>
    internal PoseModel CreateModel(
        PoseSubject subject,
        Initialization initialization = Initialization.Default,
        int? seed = null
    ) => CreateModel(subject, new SharedNetwork(PoseModel.Draw(Backbone, Heads(subject), initialization, seed)));

    /// <summary>Returns the head that gives confidence maps.</summary>
    /// <param name="kind">Whose nodes the maps show.</param>
    /// <param name="nodes">Number of nodes of a map; 1 for centroids.</param>
    private protected ConfidenceMapHeadOptions MapsHead(ConfidenceMapKind kind, int nodes) =>
        new()
        {
            Kind = kind,
            Nodes = nodes,
            OutputStride = HeadStride,
        };

    /// <summary>Returns the codec of the confidence maps.</summary>
    internal ConfidenceMap CreateMaps() => new(HeadStride, Sigma);

    internal override void Check(OptionFaults faults, PoseSubject subject)
    {
        PoseNetwork.Check(faults, Backbone, Heads(subject));
        Augmentation.Check(faults.In(nameof(Augmentation)));
        Training.Check(faults.In(nameof(Training)));
        Filter.Check(faults.In(nameof(Filter)));
        if (Training.Tiles is not null && Backbone.Faults().Count == 0)
            CheckTiles(Training.Tiles, faults.In(nameof(Training)).In(nameof(Training.Tiles)));
        Training.Start?.Check(faults.In(nameof(Training)).In(nameof(Training.Start)), Backbone);
        faults
            .Columns(Columns)
            .Expect(Backbone.InChannels is 1 or 3, "Backbone.InChannels", Backbone.InChannels, "1 (gray) or 3 (RGB)")
            .Positive(nameof(Scale), Scale)
            .Positive(nameof(Sigma), Sigma)
            .Within(nameof(PeakThreshold), PeakThreshold, 0, 1)
            .Defined(nameof(Refinement), Refinement)
            .Defined(nameof(Precision), Precision)
            .Within(nameof(BatchSize), BatchSize, 1, MaxBatch)
            .AtLeast(nameof(TileSize), TileSize, 1)
            .AtLeast(nameof(TileOverlap), TileOverlap, 0);
        if (TileSize is null or >= 1 && TileOverlap is null or >= 0 && Backbone.Faults().Count == 0)
            FrameTiles.Check(faults, this);
        TorchDevice.Check(faults, nameof(Device), Device);
    }

    /// <summary>Adds the faults of the tiles of training; call it only if the backbone's options have none.</summary>
    private protected virtual void CheckTiles(TrainingTileOptions tiles, OptionFaults faults) =>
        tiles.Check(faults, Backbone.Strides()[^1]);

    private protected static void CheckAnchor(OptionFaults faults, string? anchor, PoseSubject subject) =>
        faults.Expect(
            anchor is null
                || ReferenceEquals(subject, PoseSubject.Placeholder)
                || subject.Skeleton.IndexOf(anchor) >= 0,
            "AnchorPart",
            $"'{anchor}'",
            $"one of the skeleton's nodes: {string.Join(", ", subject.Skeleton.Nodes)}"
        );
}
