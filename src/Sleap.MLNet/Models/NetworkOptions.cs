using System.Text.Json.Serialization;

namespace Sleap.MLNet;

/// <summary>
/// Options of one network: the backbone, how frames reach it, its confidence maps, how it is trained and how it
/// predicts. Base of the model types of one network, and of the stages of those of two.
/// </summary>
public abstract record NetworkOptions : PoseModelOptions
{
    private protected NetworkOptions() { }

    /// <summary>The network that sees. Default: <see cref="UNetOptions"/> at output stride 2.</summary>
    public BackboneOptions Backbone { get; init; } = new UNetOptions { OutputStride = 2 };

    /// <summary>
    /// Size of the network input against the frame (or the crop), above 0. Default 1; 0.5 is 4 times as fast and often
    /// as exact.
    /// </summary>
    public float Scale { get; init; } = 1;

    /// <summary>
    /// Standard deviation of the Gaussian around each node, in cells of the confidence map (SLEAP-NN multiplies it by
    /// the stride, and so do we). Default 5.
    /// </summary>
    public float Sigma { get; init; } = 5;

    /// <summary>
    /// Stride of the confidence maps in pixels of the network input; null (default): the backbone's
    /// <see cref="BackboneOptions.OutputStride"/>.
    /// </summary>
    public int? OutputStride { get; init; }

    /// <summary>Peaks lower than this, 0..1, are not there. Default 0.2.</summary>
    public float PeakThreshold { get; init; } = 0.2f;

    /// <summary>
    /// How a peak is placed between the cells of the map. Default <see cref="PeakRefinement.Gaussian"/>, which is exact
    /// for the Gaussian that was trained; SLEAP-NN's is <see cref="PeakRefinement.Integral"/>.
    /// </summary>
    public PeakRefinement Refinement { get; init; } = PeakRefinement.Gaussian;

    /// <summary>Frames (or crops) that the network sees at once when it predicts. Default 4.</summary>
    public int BatchSize { get; init; } = 4;

    /// <summary>
    /// Side in pixels of the network input of the tiles that frames too large for the memory are cut into when the
    /// model predicts; the network sees <see cref="BatchSize"/> tiles at once. Null (default): whole frames, and tiles
    /// only for a U-Net on the CPU whose maps of whole frames would not fit into the memory. Crops have no tiles.
    /// </summary>
    public int? TileSize { get; init; }

    /// <summary>
    /// Pixels of the network input that neighboring tiles share at least. Null (default): for a U-Net so many that
    /// peaks are those of whole frames; for other backbones, which see farther than any tile, half of
    /// <see cref="TileSize"/>, and peaks near seams may differ.
    /// </summary>
    public int? TileOverlap { get; init; }

    /// <summary>Numbers that the network predicts in. Default <see cref="Precision.Single"/>.</summary>
    public Precision Precision { get; init; } = Precision.Single;

    /// <summary>Changes to the training frames.</summary>
    [JsonIgnore] // how a model was trained does not change what it predicts
    public AugmentationOptions Augmentation { get; init; } = new();

    /// <summary>How it is trained.</summary>
    [JsonIgnore]
    public TrainerOptions Training { get; init; } = new();

    internal int HeadStride => OutputStride ?? Backbone.OutputStride;

    /// <summary>The network's name in texts: <c>centered instance</c>.</summary>
    internal abstract string Title { get; }

    /// <summary>sleap-nn's name of what the network finds, as in <c>head_configs</c>.</summary>
    internal abstract string NetworkName { get; }

    /// <summary>Whether it tells instances apart by name.</summary>
    internal virtual bool NeedsClasses => Needs.Tracks;

    /// <summary>The heads, in the order of the network's outputs; the first gives confidence maps.</summary>
    internal abstract IReadOnlyList<HeadOptions> Heads(PoseSubject subject);

    /// <summary>The network with its losses and the reading of its outputs.</summary>
    /// <param name="subject">What it finds.</param>
    /// <param name="network">Its weights; the model takes over one use of them.</param>
    internal abstract PoseModel CreateModel(PoseSubject subject, SharedNetwork network);

    /// <summary>Makes the training samples.</summary>
    /// <param name="subject">What the network learns to find.</param>
    /// <param name="frame">Size that frames are matched to.</param>
    internal abstract SampleMaker CreateSamples(PoseSubject subject, (int Height, int Width) frame);

    /// <summary>The options completed by what only the labels can tell.</summary>
    internal virtual NetworkOptions CompletedBy(PoseSubject subject, IReadOnlyList<LabeledRow> rows) => this;

    /// <summary>A head of the type's own in <c>head_configs</c>, beside the confidence maps.</summary>
    internal virtual (string Name, (string Key, object? Value)[] Values)? SleapHead(PoseSubject subject) => null;

    internal override IReadOnlyList<NetworkOptions> Networks => [this];

    internal override PoseModelOptions WithNetworks(IReadOnlyList<NetworkOptions> networks) => networks[0];

    internal override PosePredictor CreatePredictor(TrainedModel model) => model.OnWholeFrames();

    internal override NetworkOptions With(PredictionOptions prediction) => prediction.ApplyTo(this);

    /// <summary>A network with weights of its own.</summary>
    /// <param name="subject">What it finds.</param>
    /// <param name="initialization">How the parameters start.</param>
    /// <param name="seed">Of the parameters; null where they are loaded or copied afterwards.</param>
    internal PoseModel CreateModel(
        PoseSubject subject,
        Initialization initialization = Initialization.Default,
        int? seed = null
    ) => CreateModel(subject, new SharedNetwork(PoseModel.Draw(Backbone, Heads(subject), initialization, seed)));

    /// <summary>What is wrong with the options, given the heads of the network; one sentence a fault.</summary>
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
