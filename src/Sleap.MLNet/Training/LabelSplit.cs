namespace Sleap.MLNet;

/// <summary>Labelled frames that train, and those that choose the best weights. Frames are split, not animals: two crops of one frame are too much alike.</summary>
internal sealed class LabelSplit
{
    private readonly LabelledRows _labels;
    private readonly LabelledRows? _validation;
    private readonly bool[] _held;

    /// <summary>All rows of the one train, all of the other choose.</summary>
    public LabelSplit(LabelledRows training, LabelledRows validation)
        : this(training, validation, new bool[training.Rows.Count])
    {
    }

    private LabelSplit(LabelledRows labels, LabelledRows? validation, bool[] held) => (_labels, _validation, _held) = (labels, validation, held);

    /// <summary>Holds a share of the rows back, at least one. With one row there is nothing to hold back: it trains, and is looked at again.</summary>
    public static LabelSplit HoldBack(LabelledRows labels, double fraction, int seed)
    {
        var count = labels.Rows.Count;
        if (count == 1) return new LabelSplit(labels, labels);
        int[] order = [.. Enumerable.Range(0, count)];
        new Random(seed).Shuffle(order);
        var held = new bool[count];
        foreach (var row in order.Take(Math.Clamp((int)Math.Round(count * fraction), 1, count - 1))) held[row] = true;
        return new LabelSplit(labels, null, held);
    }

    /// <summary>Decodes every frame once and makes the samples of all stages of it.</summary>
    /// <returns>The samples of each stage, and the size that frames were matched to.</returns>
    public (IReadOnlyList<SampleMaker> Samples, (int Height, int Width) Frame) Read(IReadOnlyList<TrainingStage> stages, CancellationToken cancellation)
    {
        // Frames of several sizes are all matched to the largest, which is known only at the end; nearly always it is the first one's.
        var frame = _labels.FirstSize();
        while (true)
        {
            SampleMaker[] makers = [.. stages.Select(stage => stage.Samples(frame))];
            var largest = _labels.ReadImages((index, row, pixels) => Add(makers, _held[index], row, pixels), cancellation);
            // Validation frames do not decide on the size: the model must do with what training frames say.
            _validation?.ReadImages((_, row, pixels) => Add(makers, true, row, pixels), cancellation);
            if (largest.Height <= frame.Height && largest.Width <= frame.Width) return (makers, frame);
            frame = (Math.Max(frame.Height, largest.Height), Math.Max(frame.Width, largest.Width));
        }
    }

    private static void Add(SampleMaker[] makers, bool held, LabelledRow row, FramePixels frame)
    {
        foreach (var maker in makers) maker.Add(held ? maker.Validation : maker.Training, row, frame);
    }
}
