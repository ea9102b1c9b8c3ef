using System.Text.Json.Serialization;

namespace Sleap.MLNet;

/// <summary>
/// Options of one network: backbone, input, confidence maps, training and prediction. Base of the model types with one
/// network, and of the stages of those with two.
/// </summary>
public abstract record NetworkOptions : PoseModelOptions
{
    private protected NetworkOptions() { }

    /// <summary>The backbone. Default: <see cref="UNetOptions"/> at output stride 2.</summary>
    public BackboneOptions Backbone { get; init; } = new UNetOptions { OutputStride = 2 };

    /// <summary>
    /// Scale of the network input relative to the frame (or the crop), above 0. Default 1; 0.5 is 4 times as fast and
    /// often as accurate.
    /// </summary>
    public float Scale { get; init; } = 1;

    /// <summary>
    /// Standard deviation of the Gaussian around each node, in cells of the confidence map; in input pixels it is
    /// multiplied by the stride, as in SLEAP-NN. Default 5.
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

    /// <summary>Number of frames (or crops) in one prediction batch. Default 4.</summary>
    public int BatchSize { get; init; } = 4;

    /// <summary>
    /// Side of the tiles that large frames are cut into for prediction, in pixels of the network input.
    /// <see cref="BatchSize"/> tiles make one batch. Null (default): whole frames; tiles are used only for a U-Net on
    /// the CPU whose maps of whole frames would not fit into memory. Crops are not tiled.
    /// </summary>
    public int? TileSize { get; init; }

    /// <summary>
    /// Minimum overlap of neighboring tiles in pixels of the network input. Null (default): for a U-Net large enough
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

    /// <summary>Returns the options completed by values that depend on the labels.</summary>
    internal virtual NetworkOptions CompletedBy(PoseSubject subject, IReadOnlyList<LabeledRow> rows) => this;

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

    /// <summary>Returns the faults of the options, given the heads of the network; one sentence per fault.</summary>
    private protected IEnumerable<string> Faults(IReadOnlyList<HeadOptions> heads)
    {
        foreach (var fault in PoseNetwork.Faults(Backbone, heads))
            yield return fault;
        foreach (var fault in Augmentation.Faults())
            yield return fault;
        foreach (var fault in Training.Faults())
            yield return fault;
        foreach (var fault in Columns.Faults())
            yield return $"Columns: {fault}.";
        if (Backbone.InChannels is not (1 or 3))
            yield return $"Backbone.InChannels is {Backbone.InChannels}; 1 (gray) or 3 (RGB).";
        if (!(Scale > 0))
            yield return $"Scale is {Scale}; above 0.";
        if (!(PeakThreshold is >= 0 and <= 1))
            yield return $"PeakThreshold is {PeakThreshold}; 0 to 1.";
        if (!Enum.IsDefined(Refinement))
        {
            yield return $"Refinement is {(int)Refinement}, which is none of "
                + $"{string.Join(", ", Enum.GetNames<PeakRefinement>())}.";
        }

        if (!Enum.IsDefined(Precision))
        {
            yield return $"Precision is {(int)Precision}, which is none of "
                + $"{string.Join(", ", Enum.GetNames<Precision>())}.";
        }

        if (BatchSize < 1)
            yield return $"BatchSize is {BatchSize}; at least 1.";
        if (TileSize < 1)
        {
            yield return $"TileSize is {TileSize}; at least 1, or null.";
        }
        else if (Backbone.Faults().Count == 0)
        {
            foreach (var fault in FrameTiles.Faults(this))
                yield return fault;
        }

        if (TorchDevice.Fault(Device) is { } device)
            yield return $"Device {device}";
    }

    private protected static IEnumerable<string> AnchorFaults(string? anchor, PoseSubject subject)
    {
        if (
            anchor is not null
            && !ReferenceEquals(subject, PoseSubject.Placeholder)
            && subject.Skeleton.IndexOf(anchor) < 0
        )
        {
            yield return $"AnchorPart is '{anchor}', which is none of the skeleton's nodes: "
                + $"{string.Join(", ", subject.Skeleton.Nodes)}.";
        }
    }
}
