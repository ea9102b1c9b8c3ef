using Microsoft.ML;
using Microsoft.ML.Runtime;

namespace Sleap.Transforms.Tests;

/// <summary>Which orders of frames are a warning, by sequences of frames.</summary>
public sealed class FrameOrderTests
{
    private readonly MLContext _ml = new(1);
    private readonly List<string> _warnings = [];

    public FrameOrderTests() =>
        _ml.Log += (_, entry) =>
        {
            if (entry.Kind == ChannelMessageKind.Warning)
                _warnings.Add(entry.Message);
        };

    [Fact]
    public void FramesInOrderAreNoWarning()
    {
        Assert.Empty(Warnings(Video("a", Enumerable.Range(0, 500))));
        Assert.Empty(Warnings(Video("a", Enumerable.Range(0, 50).Select(i => 10 * i))));
        // 40 of 1000 frames at equal steps, rounded: 25 and 26 frames.
        Assert.Empty(Warnings(Video("a", Enumerable.Range(0, 40).Select(i => i * 999 / 39))));
        // Two videos, each from its start, and one row or none.
        Assert.Empty(Warnings([.. Video("a", Enumerable.Range(5, 20)), .. Video("b", Enumerable.Range(0, 20))]));
        Assert.Empty(Warnings(Video("a", [3])));
        Assert.Empty(Warnings([]));
        // Several rows a frame, and few gaps.
        Assert.Empty(Warnings(Video("a", Enumerable.Range(0, 100).Select(i => i / 2))));
        Assert.Empty(Warnings(Video("a", Enumerable.Range(0, 200).Where(i => i is < 50 or > 80 and < 120 or > 150))));
        Assert.Empty(Warnings(Video("a", [0, 1, 2, 9])));
    }

    [Theory]
    [InlineData(0.9)]
    [InlineData(0.8)]
    [InlineData(0.5)]
    [InlineData(0.1)]
    [InlineData(0.02)]
    public void FramesDrawnByChanceAreAWarning(double share)
    {
        for (var seed = 0; seed < 20; seed++)
        {
            var random = new Random(seed);
            var warning = Assert.Single(
                Warnings(Video("a", Enumerable.Range(0, 2000).Where(_ => random.NextDouble() < share)))
            );
            Assert.Contains("X: the frames of 'a' have many gaps: ", warning);
            Assert.Contains("steps are at least twice the usual step of ", warning);
        }
    }

    [Fact]
    public void OnlyTheVideoWithGapsIsNamed()
    {
        var warning = Assert.Single(
            Warnings([
                .. Video("a", Enumerable.Range(0, 30)),
                .. Video("b", Enumerable.Range(0, 60).Where(i => i % 5 != 0)),
                .. Video("c", Enumerable.Range(0, 60).Where(i => i % 5 != 0)),
            ])
        );
        Assert.Contains(
            "the frames of 'b' have many gaps: 11 of 47 steps are at least twice the usual step of 1.",
            warning
        );
    }

    [Fact]
    public void FramesThatGoBackAreOneWarning()
    {
        Assert.Contains(
            "the frames of 'a' go back, from 9 to 4.",
            Assert.Single(Warnings(Video("a", [1, 9, 4, 2, 8, 3])))
        );
        Assert.Contains(
            "the rows of 'a' come again after rows of another video, at frame 1.",
            Assert.Single(Warnings([("a", 0), ("b", 0), ("a", 1), ("b", 1)]))
        );
    }

    [Fact]
    public void WithoutALogThereIsNothingToDo()
    {
        var order = new FrameOrder(null, "X");
        order.Add("a", 2);
        order.Add("a", 1);
        order.End();
    }

    private static IEnumerable<(string, int)> Video(string name, IEnumerable<int> frames) =>
        frames.Select(frame => (name, frame));

    private List<string> Warnings(IEnumerable<(string Video, int Frame)> rows)
    {
        _warnings.Clear();
        var order = new FrameOrder(_ml, "X");
        foreach ((var video, var frame) in rows)
            order.Add(video, frame);
        order.End();
        return [.. _warnings];
    }
}
