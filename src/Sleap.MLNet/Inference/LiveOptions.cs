namespace Sleap.MLNet;

/// <summary>How frames of a camera are predicted one by one.</summary>
public sealed record LiveOptions
{
    /// <summary>
    /// Rows of the frames to come, for the warm-up; null (default): those of the model's training frames, or 480 where
    /// it leaves that open. Frames of other sizes are predicted, too.
    /// </summary>
    public int? Height { get; init; }

    /// <summary>Columns of the frames to come; null (default): the model's, or 640.</summary>
    public int? Width { get; init; }

    /// <summary>
    /// Frames that are predicted at construction, so that the first real one is not late: libtorch chooses its kernels,
    /// and code is compiled. Default 5.
    /// </summary>
    public int WarmUpFrames { get; init; } = 5;

    /// <summary>How many of the last frames <see cref="LivePredictor.Latency"/> tells of. Default 1000.</summary>
    public int LatencyWindow { get; init; } = 1000;

    /// <exception cref="ArgumentException">Lists every fault.</exception>
    internal LiveOptions Checked()
    {
        List<string> faults = [];
        if (Height is <= 0)
            faults.Add($"Height is {Height}; at least 1.");
        if (Width is <= 0)
            faults.Add($"Width is {Width}; at least 1.");
        if (WarmUpFrames < 0)
            faults.Add($"WarmUpFrames is {WarmUpFrames}; at least 0.");
        if (LatencyWindow < 1)
            faults.Add($"LatencyWindow is {LatencyWindow}; at least 1.");
        PoseModelOptions.Throw(faults);
        return this;
    }
}
