using FsCheck.Fluent;
using FsCheck.Xunit;

namespace Sleap.IO.Tests;

public sealed class FrameOrderTests
{
    private static readonly Skeleton Mouse = new("mouse", ["a"], []);
    private static readonly Video[] Videos = [Video.FromFile("/v/one.mp4"), Video.FromFile("/v/two.mp4")];

    [Property]
    public void Frames_are_in_order_each_once_and_no_instance_is_lost(int[] numbers)
    {
        var frames = numbers.Select((number, i) => Frame(Math.Abs((long)number) % 20, Instance(i))).ToList();
        var ordered = new Labels(frames, Videos).FramesInOrder;
        var keys = ordered.Select(frame => (Array.IndexOf(Videos, frame.Video), frame.FrameIndex)).ToList();
        Assert.Equal(keys.Distinct().Order(), keys);
        Assert.Equal(
            frames.SelectMany(frame => frame.Instances).ToHashSet(),
            ordered.SelectMany(frame => frame.Instances).ToHashSet()
        );
    }

    [Fact]
    public void Frames_in_order_are_the_same_list()
    {
        var labels = new Labels([Frame(0, Instance(1)), Frame(2, Instance(2))], Videos);
        Assert.Same(labels.Frames, labels.FramesInOrder);
    }

    [Fact]
    public void A_merged_frame_is_the_same_object_for_all_threads()
    {
        var labels = new Labels([Frame(0, Instance(1)), Frame(0, Instance(2))], Videos);
        var seen = new LabeledFrame[64];
        Parallel.For(0, seen.Length, i => seen[i] = labels.FramesInOrder[0]);
        Assert.Single(seen.Distinct());
    }

    [Fact]
    public void A_copy_of_an_instance_is_left_out_and_corrections_refer_to_the_one_that_stays()
    {
        Instance[] predicted = [Instance(1, isPredicted: true), Instance(1, isPredicted: true)];
        var user = new Instance
        {
            Skeleton = Mouse,
            Points = [new Point(5, 5)],
            FromPredicted = predicted[1],
        };
        var labels = new Labels([
            new LabeledFrame
            {
                Video = Videos[0],
                FrameIndex = 3,
                Instances = [predicted[0]],
            },
            new LabeledFrame
            {
                Video = Videos[0],
                FrameIndex = 3,
                Instances = [predicted[1], user],
                IsNegative = true,
            },
        ]);
        var frame = Assert.Single(labels.FramesInOrder);
        Assert.True(frame.IsNegative);
        Assert.Equal(2, frame.Instances.Count);
        Assert.Same(predicted[0], frame.Instances[0]);
        Assert.Same(predicted[0], frame.Instances[1].FromPredicted);
    }

    [Fact]
    public void Rows_of_a_file_in_another_order_are_the_same_frames()
    {
        var folder = Directory.CreateTempSubdirectory("sleap-order").FullName;
        try
        {
            LabeledFrame[] frames = [.. Enumerable.Range(0, 9).Select(i => Frame(i, Instance(i), Instance(i + 100)))];
            var shuffled = new LabeledFrame[] { frames[8], frames[0], frames[3], frames[1], frames[2] }
                .Concat(frames[4..8])
                .ToArray();
            string ordered = Path.Combine(folder, "a.csv"),
                other = Path.Combine(folder, "b.csv");
            new Labels(frames).Save(ordered);
            new Labels(shuffled).Save(other);
            Assert.Equal(File.ReadAllText(ordered), File.ReadAllText(other));
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static Instance Instance(int place, bool isPredicted = false) =>
        new()
        {
            Skeleton = Mouse,
            Points = [new Point(place, place)],
            IsPredicted = isPredicted,
        };

    private static LabeledFrame Frame(long number, params Instance[] instances) =>
        new()
        {
            Video = Videos[number % 2],
            FrameIndex = (int)(number / 2),
            Instances = instances,
        };
}
