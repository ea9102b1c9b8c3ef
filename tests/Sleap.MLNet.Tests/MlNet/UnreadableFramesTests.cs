using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Runtime;
using Sleap.Transforms;

namespace Sleap.MLNet.Tests;

/// <summary>
/// A frame that cannot be read keeps its row in everything that follows a model: rows of one cursor are those of
/// another.
/// </summary>
public sealed class UnreadableFramesTests : IDisposable
{
    private const int Frames = 4,
        Broken = 1;
    private readonly MLContext _ml = new(1);
    private readonly SpotFolder _spots = new(Frames);

    public UnreadableFramesTests() => File.WriteAllText(_spots.ImagePath(Broken), "this is no picture");

    public static TheoryData<PoseModelKind> Kinds => SampleModels.Kinds;

    public void Dispose() => _spots.Dispose();

    [Theory]
    [MemberData(nameof(Kinds))]
    public void The_rows_are_the_same_whichever_columns_are_read(PoseModelKind kind)
    {
        using var model = SampleModels.Load(_ml, kind, batchSize: 3);
        var poses = model.Transform(_spots.View(_ml));
        // None, all, and what runs the network or decodes by itself; of the fastest model also some at random, since
        // the subsets are too many to run a network for each.
        int Only(string name) => 1 << poses.Schema[name].Index;
        List<int> subsets =
        [
            0,
            (1 << poses.Schema.Count) - 1,
            Only("FrameIndex"),
            Only("FrameError"),
            Only("PredictedKeypoints"),
        ];
        if (kind == PoseModelKind.SingleInstance)
            subsets.AddRange(Enumerable.Range(0, 30).Select(seed => new Random(seed).Next(1 << poses.Schema.Count)));
        foreach (var subset in subsets)
        {
            using var cursor = poses.GetRowCursor(poses.Schema.Where(column => (subset >> column.Index & 1) == 1));
            var (id, ids, value) = (cursor.GetIdGetter(), new List<ulong>(), default(DataViewRowId));
            while (cursor.MoveNext())
            {
                id(ref value);
                ids.Add(value.Low);
            }
            Assert.Equal([0UL, 1, 2, 3], ids);
        }
        Assert.Equal(Frames, poses.GetRowCount());
    }

    [Fact]
    public void Of_one_animal_its_poses_are_missing_and_the_others_stay_what_they_were()
    {
        using var whole = new SpotFolder(Frames);
        using var model = SampleModels.Load(_ml, PoseModelKind.SingleInstance, batchSize: 3);
        var (poses, expected) = (
            model.Transform(_spots.View(_ml)),
            model.Transform(whole.View(_ml)).GetColumn<float[]>("PredictedKeypoints").ToArray()
        );
        var found = poses.GetColumn<float[]>("PredictedKeypoints").ToArray();
        for (var row = 0; row < Frames; row++)
            Assert.Equal(row == Broken ? [.. expected[row].Select(_ => float.NaN)] : expected[row], found[row]);
        Assert.Equal([false, true, false, false], poses.GetColumn<float>("InstanceScore").Select(float.IsNaN));
        Assert.Equal(
            [true, false, true, true],
            poses.GetColumn<string>("FrameError").Select(error => error.Length == 0)
        );

        // ML.NET's own operations on it.
        Assert.Equal(
            [0, 2, 3],
            _ml.Data.FilterRowsByMissingValues(poses, "InstanceScore").GetColumn<int>("FrameIndex")
        );
        Assert.Equal([0, 1, 2, 3], _ml.Data.Cache(poses, "FrameIndex", "InstanceScore").GetColumn<int>("FrameIndex"));
        var split = _ml.Data.TrainTestSplit(poses, testFraction: 0.5, seed: 1);
        Assert.Equal(
            [0, 1, 2, 3],
            split.TrainSet.GetColumn<int>("FrameIndex").Concat(split.TestSet.GetColumn<int>("FrameIndex")).Order()
        );
    }

    [Theory]
    [InlineData(PoseModelKind.SingleInstance)]
    [InlineData(PoseModelKind.BottomUp)]
    public void Files_and_evaluation_leave_it_out_and_count_it_as_failed(PoseModelKind kind)
    {
        var warnings = new List<string>();
        _ml.Log += (_, entry) =>
        {
            if (entry.Kind == ChannelMessageKind.Warning)
                warnings.Add(entry.RawMessage);
        };
        using var model = SampleModels.Load(_ml, kind, batchSize: 2);
        var view = _spots.View(_ml);
        var poses = model.Transform(view);
        var labels = _ml.Pose().ToLabels(poses);
        Assert.Equal([0, 2, 3], labels.Frames.Select(frame => frame.FrameIndex));
        Assert.Equal((Frames, 1), (_ml.Pose().FrameReport(view).Requested, _ml.Pose().FrameReport(view).Failed));
        Assert.Contains(
            $"Frame {Broken} of",
            Assert.Single(warnings, text => text.Contains("cannot be read", StringComparison.Ordinal))
        );
        var report = _ml.Pose().Predict(model, _spots.View(_ml));
        Assert.Equal((Frames, Frames - 1, 1), (report.Requested, report.Processed, report.Failed));
    }

    [Fact]
    public void Evaluation_leaves_out_what_the_model_did_not_see()
    {
        using var model = _ml.Pose()
            .SingleInstance(
                new()
                {
                    Backbone = new UNetOptions
                    {
                        Filters = 4,
                        MaxStride = 8,
                        OutputStride = 4,
                    },
                    Training = new() { Epochs = 1, StepsPerEpoch = 1 },
                }
            )
            .Fit(_spots.View(_ml));
        Assert.Equal(Frames - 1, _ml.Pose().Evaluate(model.Transform(_spots.View(_ml))).Frames);
    }

    /// <summary>
    /// Training takes each image with the labels of its own frame, also behind one that cannot be read.
    /// </summary>
    [Fact]
    public void Training_takes_the_labels_of_the_frames_that_it_reads()
    {
        using var channel = ((IHostEnvironment)_ml).Register("test").Start("test");
        var rows = LabeledRows.Read(
            _spots.View(_ml),
            new(),
            new(SingleInstance: true, EmptyRows: false, Tracks: false),
            null,
            new("test", "training", channel)
        );
        List<int> seen = [];
        rows.ReadImages(
            (index, row, pixels) =>
            {
                seen.Add(index);
                var (x, y) = ((int)Math.Round(row.Points[0]), (int)Math.Round(row.Points[1]));
                Assert.True(
                    pixels.Bytes[(y * pixels.Width + x) * pixels.Channels] > 180,
                    $"frame {index} has no bright spot at its label"
                );
            },
            CancellationToken.None
        );
        Assert.Equal([0, 2, 3], seen);
    }
}
