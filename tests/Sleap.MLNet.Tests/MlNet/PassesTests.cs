using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Runtime;
using Microsoft.ML.Trainers;
using Microsoft.ML.Transforms;
using Sleap.Transforms;

namespace Sleap.MLNet.Tests;

/// <summary>How often ML.NET reads the poses of a model, and what the log says of it.</summary>
public sealed class PassesTests
{
    private const int Frames = 12;
    private readonly MLContext _ml = new(1);
    private readonly List<string> _warnings = [];

    public PassesTests() =>
        _ml.Log += (_, entry) =>
        {
            if (
                entry.Kind == ChannelMessageKind.Warning
                && entry.Message.Contains("the networks have run", StringComparison.Ordinal)
            )
            {
                lock (_warnings)
                    _warnings.Add(entry.Message);
            }
        };

    [Theory]
    [MemberData(nameof(SampleModels.Kinds), MemberType = typeof(SampleModels))]
    public void The_third_pass_over_the_poses_of_a_model_is_a_warning_and_no_later_one_is(PoseModelKind kind)
    {
        using var model = SampleModels.Load(_ml, kind);
        var poses = model.Transform(SampleModels.Frames(_ml, kind, 2));
        for (var pass = 1; pass <= 5; pass++)
        {
            _ = ColumnText.Of(poses, "InstanceScore");
            Assert.Equal(pass < 3 ? 0 : 1, _warnings.Count);
        }
        Assert.Contains(model.GetType().Name, _warnings[0]);
        Assert.Contains("Data.Cache(model.Transform(frames)", _warnings[0]);
        Assert.Contains("AppendCacheCheckpoint", _warnings[0]);
    }

    [Fact]
    public void A_trainer_over_the_poses_of_a_loaded_model_is_warned_of_once_and_one_over_a_cache_is_not()
    {
        using var made = SampleModels.Load(_ml, PoseModelKind.SingleInstance);
        var frames = SampleModels.Frames(_ml, PoseModelKind.SingleInstance, Frames);
        using var file = new MemoryStream();
        _ml.Model.Save(made, frames.Schema, file);
        var model = _ml.Model.Load(file, out _);
        var trainer = Features().Append(_ml.Clustering.Trainers.KMeans(numberOfClusters: 2));
        trainer.Fit(_ml.Data.Cache(model.Transform(frames), "PredictedKeypoints"));
        Assert.Empty(_warnings);
        trainer.Fit(model.Transform(frames));
        Assert.Single(_warnings);
        (model as IDisposable)?.Dispose();
    }

    [Fact]
    public void A_cache_checkpoint_after_the_model_makes_one_pass_of_many()
    {
        using var spots = new SpotFolder(4);
        var trainer = _ml.Pose()
            .SingleInstance(
                new()
                {
                    Backbone = new UNetOptions
                    {
                        Filters = 4,
                        FiltersRate = 2,
                        MaxStride = 8,
                        OutputStride = 4,
                    },
                    PeakThreshold = 0,
                    Training = new()
                    {
                        Epochs = 1,
                        StepsPerEpoch = 1,
                        BatchSize = 2,
                        Seed = 1,
                    },
                    Device = "cpu",
                }
            );
        var kmeans = Features().Append(_ml.Clustering.Trainers.KMeans(numberOfClusters: 2));
        using (trainer.AppendCacheCheckpoint(_ml).Append(kmeans).Fit(spots.View(_ml)))
            Assert.Empty(_warnings);
        using (trainer.Append(kmeans).Fit(spots.View(_ml)))
            Assert.Single(_warnings);
    }

    [Fact]
    public void Passes_that_stop_early_or_ask_for_no_pose_and_runs_of_Predict_are_not_counted()
    {
        using var model = SampleModels.Load(_ml, PoseModelKind.SingleInstance, batchSize: 1);
        var frames = SampleModels.Frames(_ml, PoseModelKind.SingleInstance, 3);
        var poses = model.Transform(frames);
        for (var pass = 0; pass < 4; pass++)
        {
            _ = poses.Preview(maxRows: 1);
            _ = ColumnText.Of(_ml.Data.TakeRows(poses, 1), "InstanceScore");
            _ = poses.GetColumn<int>("FrameIndex").ToArray();
            _ = _ml.Pose().Predict(model, frames);
        }
        Assert.Empty(_warnings);
        for (var pass = 0; pass < 3; pass++)
            _ = ColumnText.Of(poses, "InstanceScore");
        Assert.Single(_warnings);
    }

    [Fact]
    public async Task Passes_of_several_threads_are_counted_together()
    {
        using var model = SampleModels.Load(_ml, PoseModelKind.SingleInstance);
        var poses = model.Transform(SampleModels.Frames(_ml, PoseModelKind.SingleInstance, 2));
        await Task.WhenAll(Enumerable.Range(0, 6).Select(_ => Task.Run(() => ColumnText.Of(poses, "InstanceScore"))));
        Assert.Single(_warnings);
    }

    // The table of docs/troubleshooting.md has these numbers; each pass over a view that is not cached runs the
    // networks over all frames.
    [Theory]
    [InlineData("ReplaceMissingValues", 1)]
    [InlineData("NormalizeMeanVariance", 1)]
    [InlineData("NormalizeMinMax", 1)]
    [InlineData("ProjectToPrincipalComponents", 2)]
    [InlineData("FastTree", 1)]
    [InlineData("FastForest", 1)]
    [InlineData("LbfgsMaximumEntropy", 1)]
    [InlineData("LightGbm", 5)]
    [InlineData("AveragedPerceptron", 10)]
    [InlineData("LinearSvm", 10)]
    [InlineData("KMeans", 7)]
    [InlineData("SdcaMaximumEntropy", 12)]
    public void Trainers_read_the_poses_as_often_as_the_docs_say(string trainer, int passes)
    {
        using var model = SampleModels.Load(_ml, PoseModelKind.SingleInstance);
        var poses = _ml.Data.Cache(
            model.Transform(SampleModels.Frames(_ml, PoseModelKind.SingleInstance, Frames)),
            "PredictedKeypoints",
            "FrameIndex"
        );
        var features = Features()
            .Append(
                _ml.Transforms.CustomMapping<Framed, Labeled>(
                    (row, label) => label.Label = row.FrameIndex >= Frames / 2,
                    contractName: null
                )
            )
            .Append(_ml.Transforms.Conversion.MapValueToKey("Key", "Label"))
            .Fit(poses)
            .Transform(poses);
        var counted = new CountedView(features, "Features");
        Trainer(trainer).Fit(counted);
        Assert.Equal(passes, counted.Passes);
    }

    [Fact]
    public void A_cache_takes_one_pass_for_the_columns_that_it_is_told_and_one_for_each_that_is_asked_for_later()
    {
        using var model = SampleModels.Load(_ml, PoseModelKind.SingleInstance);
        var counted = new CountedView(
            model.Transform(SampleModels.Frames(_ml, PoseModelKind.SingleInstance, 2)),
            "PredictedKeypoints",
            "KeypointScore"
        );
        var (named, unnamed) = (
            _ml.Data.Cache(counted, "PredictedKeypoints", "KeypointScore"),
            _ml.Data.Cache(counted)
        );
        for (var again = 0; again < 3; again++)
            _ = ColumnText.Of(named, "KeypointScore").Concat(ColumnText.Of(named, "PredictedKeypoints")).ToList();
        Assert.Equal(1, counted.Passes);
        for (var again = 0; again < 3; again++)
            _ = ColumnText.Of(unnamed, "KeypointScore").Concat(ColumnText.Of(unnamed, "PredictedKeypoints")).ToList();
        Assert.Equal(3, counted.Passes);
    }

    private IEstimator<ITransformer> Trainer(string name) =>
        name switch
        {
            "NormalizeMeanVariance" => _ml.Transforms.NormalizeMeanVariance("Features"),
            "ReplaceMissingValues" => _ml.Transforms.ReplaceMissingValues(
                "Features",
                replacementMode: MissingValueReplacingEstimator.ReplacementMode.Mean
            ),
            "NormalizeMinMax" => _ml.Transforms.NormalizeMinMax("Features"),
            "KMeans" => _ml.Clustering.Trainers.KMeans(numberOfClusters: 2),
            "ProjectToPrincipalComponents" => _ml.Transforms.ProjectToPrincipalComponents("Features", rank: 2),
            "SdcaMaximumEntropy" => _ml.MulticlassClassification.Trainers.SdcaMaximumEntropy(
                new SdcaMaximumEntropyMulticlassTrainer.Options
                {
                    LabelColumnName = "Key",
                    MaximumNumberOfIterations = 20,
                    NumberOfThreads = 1,
                }
            ),
            "LbfgsMaximumEntropy" => _ml.MulticlassClassification.Trainers.LbfgsMaximumEntropy("Key"),
            "AveragedPerceptron" => _ml.BinaryClassification.Trainers.AveragedPerceptron(),
            "LinearSvm" => _ml.BinaryClassification.Trainers.LinearSvm(numberOfIterations: 10),
            "FastTree" => _ml.BinaryClassification.Trainers.FastTree(minimumExampleCountPerLeaf: 2),
            "FastForest" => _ml.BinaryClassification.Trainers.FastForest(minimumExampleCountPerLeaf: 2),
            "LightGbm" => _ml.MulticlassClassification.Trainers.LightGbm("Key", minimumExampleCountPerLeaf: 2),
            _ => throw new ArgumentOutOfRangeException(nameof(name)),
        };

    // Trainers take no NaN: a node that was not found becomes the mean of its slot.
    private IEstimator<ITransformer> Features() =>
        _ml
            .Transforms.ReplaceMissingValues(
                "Features",
                "PredictedKeypoints",
                MissingValueReplacingEstimator.ReplacementMode.Mean
            )
            .Append(_ml.Transforms.NormalizeMeanVariance("Features"));

    /// <summary>Counts the cursors that ask for any of some columns.</summary>
    private sealed class CountedView(IDataView view, params string[] counted) : IDataView
    {
        private int _passes;

        public int Passes => _passes;

        public DataViewSchema Schema => view.Schema;

        // As a model over a video: it is read in order.
        public bool CanShuffle => false;

        public long? GetRowCount() => view.GetRowCount();

        public DataViewRowCursor GetRowCursor(IEnumerable<DataViewSchema.Column> columnsNeeded, Random? rand = null)
        {
            DataViewSchema.Column[] columns = [.. columnsNeeded];
            if (Array.Exists(columns, needed => counted.Contains(needed.Name)))
                Interlocked.Increment(ref _passes);
            return view.GetRowCursor(columns);
        }

        public DataViewRowCursor[] GetRowCursorSet(
            IEnumerable<DataViewSchema.Column> columnsNeeded,
            int n,
            Random? rand = null
        ) => [GetRowCursor(columnsNeeded)];
    }

    private sealed class Framed
    {
        public int FrameIndex { get; set; }
    }

    private sealed class Labeled
    {
        public bool Label { get; set; }
    }
}
