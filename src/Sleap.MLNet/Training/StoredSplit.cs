using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Serialization;
using Sleap.IO;

namespace Sleap.MLNet;

/// <summary>
/// Which frames of a run train and which validate, as <c>split.json</c> in its folder has it: a run that goes on keeps
/// them, whatever the options say by then.
/// </summary>
internal sealed partial record StoredSplit
{
    private const string FileName = "split.json";

    /// <summary>The seed that the run began with.</summary>
    public required int Seed { get; init; }

    /// <summary>All frames in the order of the labels; those of a validation view of its own come last.</summary>
    public required IReadOnlyList<StoredFrame> Frames { get; init; }

    /// <param name="Video">Its name.</param>
    /// <param name="Frame">Its number.</param>
    /// <param name="Set"><c>training</c> or <c>validation</c>.</param>
    /// <param name="Labels">Hash of the animals' points.</param>
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

    /// <summary>The split of the run in a folder; null where there is none.</summary>
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
        AtomicFile.Write(
            Path.Combine(folder, FileName),
            path => File.WriteAllText(path, JsonSerializer.Serialize(this, SplitJson.Default.StoredSplit))
        );

    /// <exception cref="InvalidOperationException">The rows are not the frames that the run began with; says which
    /// differ.</exception>
    public void RequireSame(IReadOnlyList<LabelledRow> rows, string folder)
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
            .. Listed("labelled otherwise", now.Except(then).Select(row => row.Name).Where(before.Contains)),
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

    private static string HashOf(LabelledRow row) =>
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
