using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Serialization;
using Sleap.IO;
using Sleap.Transforms;

namespace Sleap.MLNet;

/// <summary>
/// The split of labeled frames into training and validation. Frames are split, not instances, because crops of the same
/// frame are too similar.
/// </summary>
internal sealed class LabelSplit
{
    private readonly LabeledRows _labels;
    private readonly LabeledRows? _validation;
    private readonly bool[] _held;

    private LabelSplit(LabeledRows labels, LabeledRows? validation, bool[] held) =>
        (_labels, _validation, _held) = (labels, validation, held);

    /// <summary>All rows, with a flag for validation; the rows of a separate validation view come last.</summary>
    public IEnumerable<(LabeledRow Row, bool Validates)> Rows =>
        _labels.Rows.Zip(_held).Concat((_validation?.Rows ?? []).Select(row => (row, true)));

    /// <summary>Splits the labels as the options say.</summary>
    /// <param name="labels">The training rows.</param>
    /// <param name="validation">The validation rows; null: a part of the labels.</param>
    /// <param name="options">Options that define the validation part.</param>
    /// <param name="seed">Seed of the random selection.</param>
    /// <exception cref="ArgumentException">
    /// A validation video does not exist, or no other video remains for training.
    /// </exception>
    public static LabelSplit Of(LabeledRows labels, LabeledRows? validation, TrainerOptions options, int seed) =>
        validation is not null ? new LabelSplit(labels, validation, new bool[labels.Rows.Count])
        : options.ValidateOnTrainingFrames ? new LabelSplit(labels, labels, new bool[labels.Rows.Count])
        : options.ValidationVideos is { } videos ? ByVideo(labels, videos)
        : options.Folds is { } folds ? new LabelSplit(labels, null, folds.HeldOut(labels.Rows))
        : HoldBack(labels, options.ValidationFraction, seed);

    /// <summary>Restores the split of a run.</summary>
    /// <exception cref="InvalidOperationException">The labels have changed since.</exception>
    public static LabelSplit Resumed(LabeledRows labels, LabeledRows? validation, StoredSplit stored, string folder)
    {
        validation ??= stored.Frames.Count > labels.Rows.Count ? labels : null;
        stored.RequireSame([.. labels.Rows, .. validation?.Rows ?? []], folder);
        return new LabelSplit(
            labels,
            validation,
            [.. stored.Frames.Take(labels.Rows.Count).Select(frame => frame.Set == "validation")]
        );
    }

    /// <summary>Decodes every frame once and makes the samples of all stages from it.</summary>
    /// <param name="stages">The networks.</param>
    /// <param name="size">The size that frames are matched to; null: the largest one.</param>
    /// <param name="openCache">Creates the cache of the images.</param>
    /// <param name="cancellation">Cancels reading.</param>
    public StageSamples Read(
        IReadOnlyList<TrainingStage> stages,
        (int Height, int Width)? size,
        Func<SampleCache> openCache,
        CancellationToken cancellation
    )
    {
        // Frames of different sizes are all matched to the largest size, which is known only at the end; it is usually
        // that of the first frame.
        var frame = size ?? _labels.FirstSize();
        while (true)
        {
            var samples = new StageSamples([.. stages.Select(stage => stage.CreateSamples(frame))], openCache(), frame);
            try
            {
                var largest = _labels.ReadImages(
                    (index, row, pixels) => samples.Add(_held[index], row, pixels),
                    cancellation
                );
                // Validation frames do not determine the frame size, which must depend only on training frames.
                _validation?.ReadImages((_, row, pixels) => samples.Add(true, row, pixels), cancellation);
                if (size is not null || (largest.Height <= frame.Height && largest.Width <= frame.Width))
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

    // Holds out a fraction of the rows, at least one row.
    private static LabelSplit HoldBack(LabeledRows labels, double fraction, int seed)
    {
        var count = labels.Rows.Count;
        if (HasSingleRow(labels))
            return new LabelSplit(labels, labels, new bool[count]);
        int[] order = [.. Enumerable.Range(0, count)];
        new Random(seed).Shuffle(order);
        var held = new bool[count];
        foreach (var row in order.Take(Math.Clamp((int)Math.Round(count * fraction), 1, count - 1)))
            held[row] = true;
        // Both parts need at least one frame with instances.
        foreach (var side in (bool[])[true, false])
        {
            if (order.Any(row => held[row] == side && labels.Rows[row].Count > 0))
                continue;
            held[order.First(row => labels.Rows[row].Count > 0)] = side;
        }
        return new LabelSplit(labels, null, held);
    }

    // If a single row has instances, nothing is held out: it is used for training and for validation.
    private static bool HasSingleRow(LabeledRows labels) => labels.Rows.Count(row => row.Count > 0) == 1;

    private static LabelSplit ByVideo(LabeledRows labels, IReadOnlyList<string> videos)
    {
        string[] available = [.. labels.Rows.Select(row => row.Source.Video).Distinct()];
        string[] unknown = [.. videos.Where(name => !Array.Exists(available, video => Is(video, name)))];
        if (unknown.Length > 0)
        {
            throw new ArgumentException(
                $"Training.ValidationVideos: no labeled frame is of "
                    + $"{string.Join(", ", unknown.Select(name => $"'{name}'"))}. The videos are: "
                    + $"{string.Join(", ", available)}."
            );
        }

        bool[] held = [.. labels.Rows.Select(row => videos.Any(name => Is(row.Source.Video, name)))];
        if (!labels.Rows.Where((_, row) => !held[row]).Any(row => row.Count > 0))
        {
            throw new ArgumentException(
                $"Training.ValidationVideos names all videos with instances ({string.Join(", ", available)}); none is left "
                    + $"to train on."
            );
        }

        if (!labels.Rows.Where((_, row) => held[row]).Any(row => row.Count > 0))
        {
            throw new ArgumentException(
                $"Training.ValidationVideos: no instance is labeled in {string.Join(", ", videos)}."
            );
        }

        return new LabelSplit(labels, null, held);

        static bool Is(string video, string name) => video == name || new FrameSource(video, 0).VideoName == name;
    }
}

/// <summary>One of several equal parts of the labels, which is held out for validation.</summary>
internal sealed record FoldSplit
{
    /// <summary>Whether the videos are divided, or else the frames of each.</summary>
    public bool ByVideo { get; init; }

    /// <summary>Number of parts, at least 2.</summary>
    public int Folds { get; init; } = 5;

    /// <summary>The part that is held out, from 0.</summary>
    public int Fold { get; init; }

    /// <summary>Seed of the division.</summary>
    public int Seed { get; init; }

    public void Check(OptionFaults faults) =>
        faults
            .AtLeast("Training.Folds", Folds, 2)
            .Expect(Fold >= 0 && Fold < Folds, "Training.Fold", Fold, $"at least 0 and less than {Folds}");

    /// <summary>Returns for each row whether it is held out; rows without instances are not.</summary>
    /// <exception cref="ArgumentException">There are fewer videos or frames than parts.</exception>
    public bool[] HeldOut(IReadOnlyList<LabeledRow> rows)
    {
        string[] groups =
        [
            .. rows.Where(row => row.Count > 0)
                .Select(row => ByVideo ? row.Source.Video : row.Source.ToString())
                .Distinct(),
        ];
        if (groups.Length < Folds)
        {
            throw new ArgumentException(
                $"{Folds} folds need as many labeled {(ByVideo ? "videos" : "frames")}, but there "
                    + $"{(groups.Length == 1 ? "is" : "are")} {groups.Length}."
            );
        }

        new Random(Seed).Shuffle(groups);
        var held = groups.Where((_, index) => index % Folds == Fold).ToHashSet();
        return
        [
            .. rows.Select(row => row.Count > 0 && held.Contains(ByVideo ? row.Source.Video : row.Source.ToString())),
        ];
    }
}

/// <summary>
/// The split of a run's frames into training and validation, as stored in <c>split.json</c>. A resumed run keeps it
/// even if the options have changed.
/// </summary>
internal sealed partial record StoredSplit
{
    private const string FileName = "split.json";

    /// <summary>The seed of the run.</summary>
    public required int Seed { get; init; }

    /// <summary>All frames in the order of the labels; those of a separate validation view come last.</summary>
    public required IReadOnlyList<StoredFrame> Frames { get; init; }

    /// <param name="Video">Name of the video.</param>
    /// <param name="Frame">Number of the frame.</param>
    /// <param name="Set"><c>training</c> or <c>validation</c>.</param>
    /// <param name="Labels">Hash of the instances' points.</param>
    public sealed record StoredFrame(string Video, int Frame, string Set, string Labels);

    public static StoredSplit Of(LabelSplit split, int seed) =>
        new()
        {
            Seed = seed,
            Frames =
            [
                .. split.Rows.Select(entry => new StoredFrame(
                    entry.Row.Source.Video,
                    entry.Row.Source.Frame,
                    entry.Validates ? "validation" : "training",
                    HashOf(entry.Row)
                )),
            ],
        };

    /// <summary>Reads the split of the run in a folder; null if there is none.</summary>
    /// <exception cref="InvalidDataException">The file is damaged.</exception>
    public static StoredSplit? Read(string folder)
    {
        var path = Path.Combine(folder, FileName);
        if (!File.Exists(path))
            return null;
        try
        {
            return JsonSerializer.Deserialize(File.ReadAllText(path), SplitJson.Default.StoredSplit)
                ?? throw new JsonException("It is empty.");
        }
        catch (JsonException problem)
        {
            throw new InvalidDataException(
                $"'{path}' is damaged, and with it which frames the run was trained on: "
                    + $"{problem.Message} Begin in another Training.RunFolder.",
                problem
            );
        }
    }

    public void Write(string folder) =>
        AtomicFile.WriteText(
            Path.Combine(folder, FileName),
            JsonSerializer.Serialize(this, SplitJson.Default.StoredSplit)
        );

    /// <exception cref="InvalidOperationException">
    /// The rows are not the frames of the run; the message lists the differences.
    /// </exception>
    public void RequireSame(IReadOnlyList<LabeledRow> rows, string folder)
    {
        var then = Frames.Select(frame => (Name: NameOf(frame), frame.Labels)).ToList();
        var now = rows.Select(row => (Name: row.Source.ToString(), Labels: HashOf(row))).ToList();
        if (then.SequenceEqual(now))
            return;
        var (names, before) = (now.Select(row => row.Name).ToHashSet(), then.Select(frame => frame.Name).ToHashSet());
        List<string> differences =
        [
            .. Listed("no longer there", before.Except(names)),
            .. Listed("new", names.Except(before)),
            .. Listed("labeled otherwise", now.Except(then).Select(row => row.Name).Where(before.Contains)),
        ];
        if (differences.Count == 0)
            differences.Add("they come in another order");
        throw new InvalidOperationException(
            $"The training in '{folder}' cannot go on, its frames are others: "
                + $"{string.Join("; ", differences)}. Take the labels it began with, or begin in another "
                + $"Training.RunFolder."
        );
    }

    private static IEnumerable<string> Listed(string what, IEnumerable<string> names)
    {
        string[] all = [.. names];
        if (all.Length > 0)
            yield return $"{all.Length} {what} ({string.Join(", ", all.Take(5))}{(all.Length > 5 ? " …" : "")})";
    }

    private static string NameOf(StoredFrame frame) => new FrameSource(frame.Video, frame.Frame).ToString();

    private static string HashOf(LabeledRow row) =>
        Convert.ToHexString(
            SHA256
                .HashData([
                    .. System.Runtime.InteropServices.MemoryMarshal.AsBytes(row.Points.AsSpan()),
                    .. System.Text.Encoding.UTF8.GetBytes(string.Join('\n', row.Names)),
                ])
                .AsSpan(0, 8)
        );

    [JsonSerializable(typeof(StoredSplit))]
    [JsonSourceGenerationOptions(WriteIndented = true, PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
    private sealed partial class SplitJson : JsonSerializerContext;
}
