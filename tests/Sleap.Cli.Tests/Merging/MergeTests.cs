using Sleap.IO;

namespace Sleap.Cli.Tests;

public sealed class MergeTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("sleap-merge-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    /// <summary>Three ranges whose tracks have the numbers exchanged: merged they are what the whole was.</summary>
    [Fact]
    public void Tracks_go_on_across_the_seams_whatever_numbers_they_had()
    {
        var whole = FlyLabels.Range(100, 60);
        var merged = Merge(
            new(),
            ("a", FlyLabels.Range(100, 20)),
            ("c", FlyLabels.Range(140, 20, name => name == "track_0" ? "track_7" : "track_0")),
            ("b", FlyLabels.Range(120, 20, name => name == "track_0" ? "track_1" : "track_0"))
        );
        Assert.Equal(
            whole.Frames.Select(frame => frame.FrameIndex),
            merged.Labels.Frames.Select(frame => frame.FrameIndex)
        );
        Assert.Equal((2, 4), (merged.Labels.Tracks.Count, merged.Stitched));
        foreach (var (before, after) in whole.Frames.Zip(merged.Labels.Frames))
            Assert.Equal(Named(before), Named(after));
        Assert.Empty(merged.Missing);
    }

    [Fact]
    public void An_animal_that_is_elsewhere_behind_the_seam_has_a_track_of_its_own()
    {
        var merged = Merge(new() { MaxDistance = 0.01 }, ("a", FlyLabels.Range(0, 5)), ("b", FlyLabels.Range(5, 5)));
        Assert.Equal((0, 4), (merged.Stitched, merged.Labels.Tracks.Count));
        Assert.Equal(4, merged.Labels.Tracks.Select(track => track.Name).Distinct().Count());
        // 20 frames between the ranges are more than the 10 in which animals are looked for.
        Assert.Equal(0, Merge(new(), ("a", FlyLabels.Range(0, 5)), ("b", FlyLabels.Range(25, 5))).Stitched);
    }

    [Fact]
    public void Names_that_are_no_numbers_of_a_tracker_stay_names()
    {
        string Fly(string name) => name == "track_0" ? "Anna" : "Berta";
        string Exchanged(string name) => name == "track_0" ? "Berta" : "Anna";
        var merged = Merge(new(), ("a", FlyLabels.Range(0, 5, Fly)), ("b", FlyLabels.Range(5, 5, Exchanged)));
        Assert.Equal(["Anna", "Berta"], merged.Labels.Tracks.Select(track => track.Name).Order());
        Assert.Equal(Named(FlyLabels.Range(5, 5, Exchanged).Frames[0]), Named(merged.Labels.Frames[5]));
        Assert.Equal(0, merged.Stitched);
        var byPlace = Merge(
            new() { Tracks = SeamRule.Position },
            ("a", FlyLabels.Range(0, 5, Fly)),
            ("b", FlyLabels.Range(5, 5, Exchanged))
        );
        Assert.Equal(Named(FlyLabels.Range(5, 5, Fly).Frames[0]), Named(byPlace.Labels.Frames[5]));
    }

    [Fact]
    public void A_frame_in_two_files_is_once_in_the_result_and_a_contradiction_is_named()
    {
        var same = Merge(new(), ("a", FlyLabels.Range(0, 10)), ("b", FlyLabels.Range(8, 10)));
        Assert.Equal((18, 2, 2), (same.Labels.Frames.Count, same.Repeated, same.Labels.Tracks.Count));

        // Frame 9 of one file has the poses of frame 500.
        var other = FlyLabels.Range(0, 10);
        LabeledFrame[] changed =
        [
            .. other.Frames.Take(9),
            new LabeledFrame
            {
                Video = other.Videos[0],
                FrameIndex = 9,
                Instances = FlyLabels.Range(500, 1).Frames[0].Instances,
            },
        ];
        (string, Labels)[] parts = [("later", FlyLabels.Range(9, 3)), ("earlier", new Labels(changed))];
        var problem = Assert.Throws<InvalidDataException>(() => Merge(new(), parts)).Message;
        Assert.Contains("Frame 9", problem);
        Assert.Contains("--on-conflict", problem);
        Assert.Equal(
            Points(FlyLabels.Range(9, 1).Frames[0]),
            Points(Merge(new() { Conflicts = ConflictChoice.First }, parts).Labels.Frames[9])
        );
        var last = Merge(new() { Conflicts = ConflictChoice.Last }, parts);
        Assert.Equal(Points(changed[9]), Points(last.Labels.Frames[9]));
        Assert.Equal([9], last.Conflicts);
    }

    [Fact]
    public void Other_videos_and_other_skeletons_are_refused()
    {
        var robot = Labels.Load(Path.Combine(Cli.Root, "tests/data/small_robot_minimal.slp"));
        Assert.Contains(
            "several videos",
            Assert.Throws<InvalidDataException>(() => Merge(new(), ("a", FlyLabels.Range(0, 2)), ("b", robot))).Message
        );
        var fly = FlyLabels.Range(5, 1);
        var frame = new LabeledFrame
        {
            Video = fly.Videos[0],
            FrameIndex = 0,
            Instances = robot.Frames[0].Instances,
        };
        Assert.Contains(
            "different skeletons",
            Assert.Throws<InvalidDataException>(() => Merge(new(), ("a", fly), ("b", new Labels([frame])))).Message
        );
        Assert.Contains(
            "None of the files",
            Assert.Throws<InvalidDataException>(() => Merge(new(), ("a", new Labels([])))).Message
        );
    }

    [Fact]
    public void The_verb_takes_patterns_and_tells_what_no_file_has()
    {
        FlyLabels.Range(0, 4).Save(Path.Combine(_folder, "part.0.slp"));
        FlyLabels.Range(6, 4).Save(Path.Combine(_folder, "part.1.slp"));
        var output = Path.Combine(_folder, "whole.slp");
        var answer = Cli.Json("merge", Path.Combine(_folder, "part.*.slp"), "--out", output);
        Assert.Equal(
            (2, 8, 16, 2),
            ((int)answer["files"]!, (int)answer["frames"]!, (int)answer["instances"]!, (int)answer["tracks"]!)
        );
        Assert.Equal(["4-5"], answer["missing"]!.AsArray().Select(range => (string)range!));
        Assert.Equal(8, Labels.Load(output).Frames.Count);
        var (code, _, error) = Cli.Run("merge", Path.Combine(_folder, "nothing.*.slp"), "--out", output);
        Assert.Equal(1, code);
        Assert.Contains("nothing.*.slp", error);
    }

    private static PredictionMerge Merge(MergeOptions options, params (string, Labels)[] parts) =>
        PredictionMerge.Of(parts, options);

    private static string Named(LabeledFrame frame) =>
        string.Join("; ", frame.Instances.Select(animal => $"{animal.Track}: {animal.Points[0]}").Order());

    private static string Points(LabeledFrame frame) =>
        string.Join("; ", frame.Instances.Select(animal => $"{animal.Points[0]}"));
}
