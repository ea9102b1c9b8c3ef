namespace Sleap.MLNet;

/// <summary>A model for exactly one animal in each frame: its network, how frames reach it, how it is trained, and its columns.</summary>
public sealed record SingleInstanceOptions
{
    /// <summary>The network that sees. Default: <see cref="UNetOptions"/> at output stride 2.</summary>
    public BackboneOptions Backbone { get; init; } = new UNetOptions { OutputStride = 2 };

    /// <summary>Stride of the confidence maps in pixels of the network input; null (default): the backbone's <see cref="BackboneOptions.OutputStride"/>.</summary>
    public int? OutputStride { get; init; }

    /// <summary>Standard deviation of the Gaussian around each node, in cells of the confidence map (SLEAP-NN multiplies it by the stride, and so do we). Default 5.</summary>
    public float Sigma { get; init; } = 5;

    /// <summary>Size of the network input against the frame, above 0. Default 1; 0.5 is 4 times as fast and often as exact.</summary>
    public float Scale { get; init; } = 1;

    /// <summary>Peaks lower than this, 0..1, are missing nodes. Default 0.2.</summary>
    public float PeakThreshold { get; init; } = 0.2f;

    /// <summary>How a peak is placed between the cells of the map. Default <see cref="PeakRefinement.Gaussian"/>, which is exact for the Gaussian that was trained; SLEAP-NN's is <see cref="PeakRefinement.Integral"/>.</summary>
    public PeakRefinement Refinement { get; init; } = PeakRefinement.Gaussian;

    /// <summary>Frames that the network sees at once when it predicts. Default 4.</summary>
    public int BatchSize { get; init; } = 4;

    /// <summary>Numbers that the network predicts in. Default <see cref="Precision.Single"/>.</summary>
    public Precision Precision { get; init; } = Precision.Single;

    /// <summary>Where to predict: <c>auto</c> (default: the GPU if there is one), <c>cpu</c>, <c>cuda</c> or <c>cuda:N</c>.</summary>
    public string Device { get; init; } = "auto";

    /// <summary>Changes to the training frames.</summary>
    public AugmentationOptions Augmentation { get; init; } = new();

    /// <summary>How it is trained.</summary>
    public TrainerOptions Training { get; init; } = new();

    /// <summary>Column of frames, in. Default <c>Image</c>.</summary>
    public string ImageColumn { get; init; } = "Image";

    /// <summary>Column of labels, in, for training only. Default <c>Keypoints</c>.</summary>
    public string KeypointsColumn { get; init; } = "Keypoints";

    /// <summary>Column of places, out: <c>Vector&lt;Single, N, 2&gt;</c>, full-frame pixels, NaN = missing. Default <c>PredictedKeypoints</c>.</summary>
    public string PredictedKeypointsColumn { get; init; } = "PredictedKeypoints";

    /// <summary>Column of peak values, out: <c>Vector&lt;Single, N&gt;</c>, 0 = missing. Default <c>KeypointScore</c>.</summary>
    public string KeypointScoreColumn { get; init; } = "KeypointScore";

    /// <summary>Column of the animal's score, out: <c>Single</c>, the mean of its found nodes' peak values, 0 when none is found. Default <c>InstanceScore</c>.</summary>
    public string InstanceScoreColumn { get; init; } = "InstanceScore";

    /// <summary>Column of the mean of the found nodes, out: <c>Vector&lt;Single, 2&gt;</c>, NaN when none is found. Default <c>PredictedCentroid</c>.</summary>
    public string PredictedCentroidColumn { get; init; } = "PredictedCentroid";

    internal int HeadStride => OutputStride ?? Backbone.OutputStride;

    /// <exception cref="ArgumentException">Lists every fault.</exception>
    internal void Validate(int nodes)
    {
        List<string> faults = [.. PoseNetwork.Faults(Backbone, SingleInstanceModel.Heads(this, nodes)), .. Augmentation.Faults(), .. Training.Faults()];
        if (!(Scale > 0)) faults.Add($"Scale is {Scale}; above 0.");
        if (!(PeakThreshold is >= 0 and <= 1)) faults.Add($"PeakThreshold is {PeakThreshold}; 0 to 1.");
        if (!Enum.IsDefined(Refinement)) faults.Add($"Refinement is {(int)Refinement}, which is none of {string.Join(", ", Enum.GetNames<PeakRefinement>())}.");
        if (!Enum.IsDefined(Precision)) faults.Add($"Precision is {(int)Precision}, which is none of {string.Join(", ", Enum.GetNames<Precision>())}.");
        if (BatchSize < 1) faults.Add($"BatchSize is {BatchSize}; at least 1.");
        if (TorchDevice.Fault(Device) is { } fault) faults.Add($"Device {fault}");
        string[] columns = [ImageColumn, KeypointsColumn, PredictedKeypointsColumn, KeypointScoreColumn, InstanceScoreColumn, PredictedCentroidColumn];
        if (columns.Any(string.IsNullOrWhiteSpace)) faults.Add("A column has no name.");
        faults.AddRange(columns.Skip(2).GroupBy(c => c).Where(g => g.Count() > 1).Select(g => $"Two output columns are named '{g.Key}'."));
        if (faults.Count > 0) throw new ArgumentException("These options cannot be used:\n  " + string.Join("\n  ", faults.Distinct()));
    }
}
