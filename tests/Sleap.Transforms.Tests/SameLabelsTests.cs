using System.Text.RegularExpressions;
using Microsoft.ML;
using Sleap.IO;

namespace Sleap.Transforms.Tests;

/// <summary>
/// What does not change the poses changes no result: the order of rows, frames in several rows, rows that are there
/// twice, where the videos are, and what tracks are called.
/// </summary>
public sealed partial class SameLabelsTests : IDisposable
{
    private const int Frames = 60;
    private static readonly PoseCatalog Pose = new MLContext(seed: 1).Pose();
    private static readonly (Labels Truth, Labels Predicted) Plain = Sets();

    private readonly string _folder = Directory.CreateTempSubdirectory("sleap-same").FullName;

    public static TheoryData<string> Changes => [.. All.Keys];

    private static Dictionary<string, Func<Labels, Labels>> All { get; } =
        new()
        {
            ["rows shuffled"] = labels => With(labels, Shuffled(labels.Frames, 1)),
            ["frames in two rows"] = labels => With(labels, labels.Frames.SelectMany(Halves)),
            ["shuffled frames in two rows"] = labels => With(labels, Shuffled(labels.Frames, 2).SelectMany(Halves)),
            ["doubled by joining"] = labels => Labels.Concat([labels, labels]),
            ["another root"] = labels => Moved(labels, "/mnt/lab/2026"),
            ["a Windows root"] = labels => Moved(labels, @"D:\lab\2026"),
            ["tracks renamed"] = labels => Renamed(labels, name => $"animal {name.Length} of {name}"),
            ["tracks of one letter"] = labels => Renamed(labels, name => name[^1..]),
        };

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [MemberData(nameof(Changes))]
    public void Evaluation_is_the_same(string change)
    {
        var changed = All[change];
        var (truth, predicted) = (changed(Plain.Truth), changed(Plain.Predicted));
        var plain = Pose.Evaluate(Plain.Truth, Plain.Predicted);
        // Names are compared where both have some in common; tracks are, whatever they are called.
        foreach (var (left, right) in new[] { (truth, predicted), (truth, Plain.Predicted), (Plain.Truth, predicted) })
            Assert.Equal(WithoutNames(plain), WithoutNames(Pose.Evaluate(left, right)));
        Assert.Equal(plain.Identities!.Accuracy, Pose.Evaluate(truth, predicted).Identities!.Accuracy);
    }

    [Theory]
    [MemberData(nameof(Changes))]
    public void Tables_of_behavior_are_the_same(string change) =>
        Assert.Equal(Table(Plain.Predicted), Table(All[change](Plain.Predicted)));

    [Theory]
    [MemberData(nameof(Changes))]
    public void Tracks_are_the_same(string change) =>
        Assert.Equal(Tracks(Plain.Predicted), Tracks(All[change](Plain.Predicted)));

    [Theory]
    [MemberData(nameof(Changes))]
    public void Converted_tables_are_the_same(string change)
    {
        Assert.Equal(Csv(Plain.Predicted), Csv(All[change](Plain.Predicted)));
        Assert.Equal(Csv(Plain.Truth), Csv(All[change](Plain.Truth)));
    }

    private static string[] WithoutNames(PoseMetrics metrics) =>
        [
            .. metrics
                .ToTable()
                .ToString()
                .Split("\n\ntrue ")[0]
                .Split('\n')
                .Where(line => line.Length > 0 && !line.StartsWith("identity", StringComparison.Ordinal)),
        ];

    private static (Labels Truth, Labels Predicted) Sets()
    {
        var all = Labels.Load(Path.Combine(TestFolder.Repository, "tests", "data", "centered_pair_predictions.slp"));
        var random = new Random(1);
        Instance ByHand(Instance predicted) =>
            new()
            {
                Skeleton = predicted.Skeleton,
                Track = predicted.Track,
                Points =
                [
                    .. predicted.Points.Select(p =>
                        p.IsMissing ? p : new Point(p.X + random.NextDouble(), p.Y - random.NextDouble())
                    ),
                ],
            };
        LabeledFrame[] frames = [.. all.Frames.Take(Frames)];
        return (
            With(all, frames.Select(frame => Copy(frame, frame.Video, [.. frame.Instances.Select(ByHand)]))),
            With(all, frames)
        );
    }

    private static Labels With(Labels labels, IEnumerable<LabeledFrame> frames) =>
        new(frames, labels.Videos, labels.Skeletons, labels.Tracks);

    private static LabeledFrame Copy(LabeledFrame frame, Video video, IReadOnlyList<Instance> instances) =>
        new()
        {
            Video = video,
            FrameIndex = frame.FrameIndex,
            Instances = [.. instances],
        };

    private static IEnumerable<LabeledFrame> Halves(LabeledFrame frame)
    {
        var half = frame.Instances.Count / 2;
        yield return Copy(frame, frame.Video, [.. frame.Instances.Take(half)]);
        yield return Copy(frame, frame.Video, [.. frame.Instances.Skip(half)]);
    }

    private static LabeledFrame[] Shuffled(IReadOnlyList<LabeledFrame> frames, int seed)
    {
        LabeledFrame[] shuffled = [.. frames];
        new Random(seed).Shuffle(shuffled);
        return shuffled;
    }

    private static Labels Moved(Labels labels, string root)
    {
        var separator = root.Contains('\\') ? '\\' : '/';
        var moved = labels.Videos.ToDictionary(
            video => video,
            video => Video.FromFile($"{root}{separator}{Path.GetFileName(video.Path.Replace('\\', '/'))}")
        );
        return new Labels(
            labels.Frames.Select(frame => Copy(frame, moved[frame.Video], [.. frame.Instances])),
            [.. moved.Values],
            labels.Skeletons,
            labels.Tracks
        );
    }

    private static Labels Renamed(Labels labels, Func<string, string> name)
    {
        var renamed = labels.Tracks.ToDictionary(track => track, track => new Track(name(track.Name)));
        Instance With(Instance instance) =>
            new()
            {
                Skeleton = instance.Skeleton,
                Points = instance.Points,
                IsPredicted = instance.IsPredicted,
                Score = instance.Score,
                TrackingScore = instance.TrackingScore,
                Track = instance.Track is { } track ? renamed[track] : null,
            };
        return new Labels(
            labels.Frames.Select(frame => Copy(frame, frame.Video, [.. frame.Instances.Select(With)])),
            labels.Videos,
            labels.Skeletons,
            [.. renamed.Values]
        );
    }

    /// <summary>Speed and the like, without the names of tracks and videos.</summary>
    private string[] Table(Labels labels)
    {
        var view = Pose.FromLabels(labels, new() { Instances = InstanceChoice.PredictedElseUser });
        var path = Path.Combine(_folder, "table.csv");
        Pose.SaveCsv(Pose.Kinematics("Keypoints").Fit(view).Transform(view), path);
        return Rows(path, labels, "track", "video");
    }

    private static string[] Tracks(Labels labels)
    {
        var tracked = Pose.Track(labels);
        return
        [
            .. tracked.FramesInOrder.SelectMany(frame =>
                frame
                    .Instances.Select(i => $"{frame.FrameIndex} {i.Points[0].X} {i.Points[0].Y} {Number(tracked, i)}")
                    .Order(StringComparer.Ordinal)
            ),
        ];
    }

    private string[] Csv(Labels labels)
    {
        var path = Path.Combine(_folder, "poses.csv");
        labels.Save(path);
        return Rows(path, labels, "track", "video_path");
    }

    // Tracks by the order in which they come, because their names may differ.
    private static int Number(Labels labels, Instance instance) =>
        labels
            .FramesInOrder.SelectMany(frame => frame.Instances)
            .Where(i => i.Track is not null)
            .Select(i => i.Track)
            .Distinct()
            .ToList()
            .IndexOf(instance.Track);

    private static string[] Rows(string path, Labels labels, params string[] names)
    {
        var lines = File.ReadAllLines(path).Select(line => Cell().Split(line)).ToList();
        int[] columns = [.. names.Select(name => Array.IndexOf(lines[0], name)).Where(at => at >= 0)];
        var known = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var cells in lines.Skip(1))
        {
            foreach (var at in columns)
            {
                if (!known.TryGetValue(cells[at], out var number))
                    known.Add(cells[at], number = $"{known.Count}");
                cells[at] = number;
            }
        }
        Assert.True(lines.Count > labels.FramesInOrder.Count);
        return [.. lines.Select(cells => string.Join(',', cells))];
    }

    [GeneratedRegex(",(?=(?:[^\"]*\"[^\"]*\")*[^\"]*$)")]
    private static partial Regex Cell();
}
