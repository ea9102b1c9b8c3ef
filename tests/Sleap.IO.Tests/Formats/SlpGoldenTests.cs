using System.Text.Json.Nodes;

namespace Sleap.IO.Tests;

public sealed class SlpGoldenTests
{
    public static TheoryData<string, string> Files =>
        new()
        {
            { TestFiles.Golden("by-hand.slp"), "read.by-hand.slp.json" },
            { TestFiles.Golden("by-hand.pkg.slp"), "read.by-hand.pkg.slp.json" },
            { TestFiles.Golden("labels_train_gt_0.slp"), "read.bottomup.labels_train_gt_0.slp.json" },
            { TestFiles.Data("minimal_instance.pkg.slp"), "read.minimal_instance.pkg.slp.json" },
            { TestFiles.Data("small_robot_minimal.slp"), "read.small_robot_minimal.slp.json" },
            { TestFiles.Data("centered_pair_predictions.slp"), "read.centered_pair_predictions.slp.json" },
            { TestFiles.Data("flies13_20190128.predictions.slp"), "read.flies13_20190128.predictions.slp.json" },
        };

    [Theory]
    [MemberData(nameof(Files))]
    public void ReadsWhatTheReferenceReads(string path, string golden)
    {
        var expected = TestFiles.GoldenJson(golden);
        var labels = Labels.Load(path);
        AssertLists(expected, labels);
        AssertFrames(expected, labels);
        foreach (var (row, video) in expected["videos"]!.AsArray().Zip(labels.Videos))
            AssertVideo(row!, video, Path.GetDirectoryName(path)!);
    }

    [Theory]
    [MemberData(nameof(Files))]
    public void WritesWhatItReads(string path, string golden)
    {
        using var files = new TestFiles();
        var labels = Labels.Load(path);
        var remarks = labels.Save(files.New("again.slp"));
        Assert.Empty(remarks);
        var again = Labels.Load(files.New("again.slp"));
        LabelsComparison.AssertSame(labels, again);
        // The copy lies elsewhere and must lead to the same videos.
        Assert.Equal(labels.Videos.Select(v => v.FoundPath), again.Videos.Select(v => v.FoundPath));
        AssertFrames(TestFiles.GoldenJson(golden), again);
        Assert.Equal([files.New("again.slp")], Directory.GetFiles(files.Folder));
    }

    private static void AssertLists(JsonObject expected, Labels labels)
    {
        Assert.Equal(expected["skeletons"]!.AsArray().Count, labels.Skeletons.Count);
        foreach (var (skeleton, actual) in expected["skeletons"]!.AsArray().Zip(labels.Skeletons))
            LabelsComparison.AssertIs(skeleton!, actual);
        Assert.Equal(expected["tracks"]!.AsArray().Select(t => (string)t!), labels.Tracks.Select(t => t.Name));
        Assert.Equal(
            expected["suggestions"]!.AsArray().Select(s => ((int)s!["video"]!, (int)s["frame_idx"]!)),
            labels.Suggestions.Select(s => (labels.Videos.ToList().IndexOf(s.Video), s.FrameIndex))
        );
        Assert.Equal(
            expected["provenance_keys"]!.AsArray().Select(k => (string)k!),
            labels.Provenance.Keys.Where(k => k != "filename").Order(StringComparer.Ordinal)
        );
        Assert.Equal((int)expected["n_frames"]!, labels.Frames.Count);
        Assert.Equal(
            (int)expected["n_user_instances"]!,
            labels.Frames.Sum(f => f.Instances.Count(i => !i.IsPredicted))
        );
        Assert.Equal(
            (int)expected["n_predicted_instances"]!,
            labels.Frames.Sum(f => f.Instances.Count(i => i.IsPredicted))
        );
        Assert.Equal((int)expected["first_frame_idx"]!, labels.Frames[0].FrameIndex);
        Assert.Equal((int)expected["last_frame_idx"]!, labels.Frames[^1].FrameIndex);
        Assert.Equal(expected["videos"]!.AsArray().Count, labels.Videos.Count);
    }

    private static void AssertFrames(JsonObject expected, Labels labels)
    {
        var numbers = labels
            .Frames.SelectMany(f => f.Instances)
            .Select((i, n) => (i, n))
            .ToDictionary(p => p.i, p => p.n);
        foreach (var row in expected["frames"]!.AsArray())
        {
            var frame = labels.Frames[(int)row!["position"]!];
            Assert.Equal((int)row["frame_idx"]!, frame.FrameIndex);
            Assert.Same(labels.Videos[(int)row["video"]!], frame.Video);
            Assert.Equal(row["instances"]!.AsArray().Count, frame.Instances.Count);
            foreach (var (instance, actual) in row["instances"]!.AsArray().Zip(frame.Instances))
                LabelsComparison.AssertIs(instance!, actual, labels, numbers);
        }
    }

    private static void AssertVideo(JsonNode expected, Video video, string folder)
    {
        const string Beside = "<the .slp's folder>/";
        var name = (string)expected["filename"]!;
        var isOpen = name.StartsWith(Beside, StringComparison.Ordinal);
        if (isOpen && File.Exists(Path.Combine(folder, name[Beside.Length..])))
            Assert.Equal(Path.Combine(folder, name[Beside.Length..]), video.FoundPath);
        else if (!isOpen)
            Assert.Equal((name, null), (video.Path, video.FoundPath));
        if (expected["source_video"] is { } source)
            AssertVideo(source, video.Source!, folder);
        if (expected["embedded"] is { } embedded)
        {
            AssertEmbedded(embedded, video);
        }
        else if (isOpen && video.FoundPath is not null)
        {
            Assert.Equal(expected["shape"]!.AsArray().Select(s => (int)s!), Opened(video));
        }
        else if (!isOpen && expected["shape"] is JsonArray stored)
        {
            Assert.Equal(
                stored.Select(s => (int)s!),
                [
                    video.Shape!.Value.Frames,
                    video.Shape.Value.Height,
                    video.Shape.Value.Width,
                    video.Shape.Value.Channels,
                ]
            );
        }
    }

    private static int[] Opened(Video video)
    {
        using var source = video.Open();
        return [source.FrameCount, source.Height, source.Width, source.Channels];
    }

    private static void AssertEmbedded(JsonNode expected, Video video)
    {
        using var source = video.Open();
        var numbers = expected["frame_numbers"]!.AsArray().Select(n => (int)n!).ToList();
        Assert.Equal(numbers.Count, source.FrameCount);
        Assert.All(numbers, n => Assert.True(source.Contains(n)));
        var picture = source.Read((int)expected["first_frame"]!);
        var facts = expected["first_frame_picture"]!;
        Assert.Equal(facts["shape"]!.AsArray().Select(s => (int)s!), [picture.Height, picture.Width, picture.Channels]);
        Assert.Equal(
            (string)facts["sha256"]!,
            Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(picture.Pixels))
        );
        if (!numbers.Contains(0))
            Assert.Throws<ArgumentOutOfRangeException>(() => source.Read(0));
    }
}
