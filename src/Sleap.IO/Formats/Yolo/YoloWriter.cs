using System.Globalization;
using System.Text;

namespace Sleap.IO;

/// <summary>
/// Writes an Ultralytics pose folder: data.yaml, the labeled images under train/images and a text file for each under
/// train/labels. The box is that of the visible points with 10 pixels on each side, cut at the border. The
/// folder appears whole or not at all.
/// </summary>
internal sealed class YoloWriter
{
    private const double Margin = 10;

    private readonly Labels _labels;
    private readonly Skeleton _skeleton;
    private readonly List<string> _remarks = [];
    private int _absent;

    private YoloWriter(Labels labels, string config)
    {
        _labels = labels;
        _skeleton = labels.Skeletons is [var only]
            ? only
            : throw new PoseFormatException(
                config,
                "kpt_shape",
                $"the labels have {labels.Skeletons.Count} skeletons, and the format holds one."
            );
    }

    /// <summary>Writes beside a data.yaml that is not there yet.</summary>
    /// <param name="labels">What to write.</param>
    /// <param name="config">Path of the data.yaml to be; its folder must be new or empty.</param>
    public static IReadOnlyList<string> Write(Labels labels, string config)
    {
        var folder = Path.GetDirectoryName(Path.GetFullPath(config))!;
        if (Directory.Exists(folder) && Directory.EnumerateFileSystemEntries(folder).Any())
            throw new IOException($"{folder} is not empty: a YOLO folder is written into a new one.");
        var writer = new YoloWriter(labels, config);
        var temporary = $"{folder}.{Guid.NewGuid():N}.tmp";
        try
        {
            writer.WriteFolder(temporary);
            if (Directory.Exists(folder))
                Directory.Delete(folder);
            Directory.Move(temporary, folder);
        }
        finally
        {
            if (Directory.Exists(temporary))
                Directory.Delete(temporary, recursive: true);
        }
        writer.AddLost();
        return writer._remarks;
    }

    private void WriteFolder(string folder)
    {
        var images = Directory.CreateDirectory(Path.Combine(folder, "train", "images")).FullName;
        var texts = Directory.CreateDirectory(Path.Combine(folder, "train", "labels")).FullName;
        var number = 0;
        foreach (var group in _labels.FramesInOrder.GroupBy(f => f.Video))
        {
            using var source = group.Key.Open();
            var frames = group.ToList();
            foreach (var (frame, image) in frames.Zip(FrameImages.Read(source, frames.Select(f => f.FrameIndex))))
            {
                if (image.Image is null)
                {
                    _absent++;
                    continue;
                }
                var file = Path.Combine(images, $"{number:D7}{FrameImages.EndingOf(image.Image)}");
                File.WriteAllBytes(file, image.Image);
                var (width, height) = ImageHeader.Size(file);
                File.WriteAllLines(
                    Path.Combine(texts, $"{number:D7}.txt"),
                    frame.Instances.Where(i => i.Points.Any(p => !p.IsMissing)).Select(i => Line(i, width, height))
                );
                number++;
            }
        }
        File.WriteAllText(Path.Combine(folder, YoloReader.ConfigName), Config());
    }

    private string Config()
    {
        var flips = Enumerable.Range(0, _skeleton.Nodes.Length).ToArray();
        foreach (var pair in _skeleton.Symmetries)
            (flips[pair.First], flips[pair.Second]) = (pair.Second, pair.First);
        var text = new StringBuilder();
        text.Append("path: .\ntrain: train/images\nval: train/images\n");
        text.Append(
            CultureInfo.InvariantCulture,
            $"kpt_shape: [{_skeleton.Nodes.Length}, 3]\nflip_idx: [{string.Join(", ", flips)}]\n"
        );
        text.Append("names:\n  0: ").Append(Quoted(_skeleton.Name.Length > 0 ? _skeleton.Name : "animal")).Append('\n');
        text.Append("node_names:\n");
        foreach (var node in _skeleton.Nodes)
            text.Append("- ").Append(Quoted(node)).Append('\n');
        text.Append("skeleton:").Append(_skeleton.Edges.IsEmpty ? " []\n" : "\n");
        foreach (var edge in _skeleton.Edges)
            text.Append(CultureInfo.InvariantCulture, $"- [{edge.Source}, {edge.Destination}]\n");
        return text.ToString();
    }

    /// <summary>A text as YAML in double quotes, which are those of JSON.</summary>
    private static string Quoted(string text) => $"\"{System.Text.Json.JsonEncodedText.Encode(text)}\"";

    private static string Line(Instance instance, int width, int height)
    {
        var shown = instance.Points.Where(p => !p.IsMissing).ToList();
        var (left, right) = (Math.Max(0, shown.Min(p => p.X) - Margin), Math.Min(width, shown.Max(p => p.X) + Margin));
        var (top, bottom) = (Math.Max(0, shown.Min(p => p.Y) - Margin), Math.Min(height, shown.Max(p => p.Y) + Margin));
        double[] box =
        [
            (left + right) / 2 / width,
            (top + bottom) / 2 / height,
            (right - left) / width,
            (bottom - top) / height,
        ];
        var points = instance.Points.Select(p =>
            p.IsMissing ? "0.000000 0.000000 0" : $"{Six(p.X / width)} {Six(p.Y / height)} 2"
        );
        return $"0 {string.Join(' ', box.Select(Six))} {string.Join(' ', points)}";
    }

    private static string Six(double number) => number.ToString("F6", CultureInfo.InvariantCulture);

    private void AddLost()
    {
        _remarks.Add("Coordinates are rounded to a millionth of the image's size.");
        var instances = _labels.Frames.SelectMany(f => f.Instances).ToList();
        if (instances.Any(i => i.Track is not null))
            _remarks.Add("The format has no place for tracks.");
        if (instances.Any(i => i.IsPredicted))
            _remarks.Add("Predictions read back as labels of a person: the format has no place for scores.");
        if (instances.Count(i => i.Points.All(p => p.IsMissing)) is > 0 and var empty)
            _remarks.Add($"{empty} instances without any point are left out.");
        if (instances.Count(i => i.FromPredicted is not null) is > 0 and var corrected)
        {
            _remarks.Add(
                $"The format has no place for the link of {corrected} instances to the predictions they were made from."
            );
        }

        if (_absent > 0)
            _remarks.Add($"{_absent} labeled frames are not in their video, and are left out.");
        if (_labels.Frames.Any(f => f.Video.Kind != VideoKind.Images))
            _remarks.Add("Frames are numbered anew: the format knows images only.");
    }
}
