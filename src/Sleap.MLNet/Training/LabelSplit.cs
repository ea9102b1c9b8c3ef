namespace Sleap.MLNet;

/// <summary>
/// Labelled frames that train, and those that choose the best weights. Frames are split, not animals: two crops of one
/// frame are too much alike.
/// </summary>
internal sealed class LabelSplit
{
    private readonly LabelledRows _labels;
    private readonly LabelledRows? _validation;
    private readonly bool[] _held;

    private LabelSplit(LabelledRows labels, LabelledRows? validation, bool[] held) =>
        (_labels, _validation, _held) = (labels, validation, held);

    /// <summary>All rows and whether each validates, those of a validation view of its own last.</summary>
    public IEnumerable<(LabelledRow Row, bool Validates)> Rows =>
        _labels.Rows.Zip(_held).Concat((_validation?.Rows ?? []).Select(row => (row, true)));

    /// <summary>Splits as the options say.</summary>
    /// <param name="labels">What trains.</param>
    /// <param name="validation">What chooses; null: a part of the labels.</param>
    /// <param name="options">Which part.</param>
    /// <param name="seed">Of the choice.</param>
    /// <exception cref="ArgumentException">There is no such video, or no other one.</exception>
    public static LabelSplit Of(LabelledRows labels, LabelledRows? validation, TrainerOptions options, int seed) =>
        validation is not null ? new LabelSplit(labels, validation, new bool[labels.Rows.Count])
        : options.ValidationVideos is { } videos ? ByVideo(labels, videos)
        : HoldBack(labels, options.ValidationFraction, seed);

    /// <summary>The split that a run began with.</summary>
    /// <exception cref="InvalidOperationException">The labels are others by now.</exception>
    public static LabelSplit Resumed(LabelledRows labels, LabelledRows? validation, StoredSplit stored, string folder)
    {
        validation ??= HasOne(labels) ? labels : null;
        stored.RequireSame([.. labels.Rows, .. validation?.Rows ?? []], folder);
        return new LabelSplit(
            labels,
            validation,
            [.. stored.Frames.Take(labels.Rows.Count).Select(frame => frame.Set == "validation")]
        );
    }

    /// <summary>Decodes every frame once and makes the samples of all stages of it.</summary>
    /// <param name="stages">The networks.</param>
    /// <param name="openCache">Makes what keeps the pictures.</param>
    /// <param name="cancellation">Ends it.</param>
    public StageSamples Read(
        IReadOnlyList<TrainingStage> stages,
        Func<SampleCache> openCache,
        CancellationToken cancellation
    )
    {
        // Frames of several sizes are all matched to the largest, which is known only at the end; nearly always it is
        // the first one's.
        var frame = _labels.FirstSize();
        while (true)
        {
            var samples = new StageSamples([.. stages.Select(stage => stage.CreateSamples(frame))], openCache(), frame);
            try
            {
                var largest = _labels.ReadImages(
                    (index, row, pixels) => samples.Add(_held[index], row, pixels),
                    cancellation
                );
                // Validation frames do not decide on the size: the model must do with what training frames say.
                _validation?.ReadImages((_, row, pixels) => samples.Add(true, row, pixels), cancellation);
                if (largest.Height <= frame.Height && largest.Width <= frame.Width)
                    return samples;
                frame = (Math.Max(frame.Height, largest.Height), Math.Max(frame.Width, largest.Width));
            }
            catch
            {
                samples.Dispose();
                throw;
            }
            samples.Dispose();
        }
    }

    // Holds a share of the rows back, at least one.
    private static LabelSplit HoldBack(LabelledRows labels, double fraction, int seed)
    {
        var count = labels.Rows.Count;
        if (HasOne(labels))
            return new LabelSplit(labels, labels, new bool[count]);
        int[] order = [.. Enumerable.Range(0, count)];
        new Random(seed).Shuffle(order);
        var held = new bool[count];
        foreach (var row in order.Take(Math.Clamp((int)Math.Round(count * fraction), 1, count - 1)))
            held[row] = true;
        // Empty frames alone teach nothing, and choose nothing.
        foreach (var side in (bool[])[true, false])
        {
            if (order.Any(row => held[row] == side && labels.Rows[row].Count > 0))
                continue;
            held[order.First(row => labels.Rows[row].Count > 0)] = side;
        }
        return new LabelSplit(labels, null, held);
    }

    // With one row that shows animals there is nothing to hold back: it trains, and is looked at again.
    private static bool HasOne(LabelledRows labels) => labels.Rows.Count(row => row.Count > 0) == 1;

    private static LabelSplit ByVideo(LabelledRows labels, IReadOnlyList<string> videos)
    {
        string[] there = [.. labels.Rows.Select(row => row.Source.Video).Distinct()];
        string[] unknown = [.. videos.Where(name => !Array.Exists(there, video => Is(video, name)))];
        if (unknown.Length > 0)
        {
            throw new ArgumentException(
                $"Training.ValidationVideos: no labelled frame is of "
                    + $"{string.Join(", ", unknown.Select(name => $"'{name}'"))}. The videos are: "
                    + $"{string.Join(", ", there)}."
            );
        }

        bool[] held = [.. labels.Rows.Select(row => videos.Any(name => Is(row.Source.Video, name)))];
        if (!labels.Rows.Where((_, row) => !held[row]).Any(row => row.Count > 0))
        {
            throw new ArgumentException(
                $"Training.ValidationVideos names all videos with animals ({string.Join(", ", there)}); none is left "
                    + $"to train on."
            );
        }

        if (!labels.Rows.Where((_, row) => held[row]).Any(row => row.Count > 0))
        {
            throw new ArgumentException(
                $"Training.ValidationVideos: no animal is labelled in {string.Join(", ", videos)}."
            );
        }

        return new LabelSplit(labels, null, held);

        static bool Is(string video, string name) => video == name || new FrameSource(video, 0).VideoName == name;
    }
}
