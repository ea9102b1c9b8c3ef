using Microsoft.Data.Analysis;
using Microsoft.ML;
using Microsoft.ML.Data;
using Sleap.Transforms;

namespace Sleap.MLNet.Tests;

/// <summary>Poses of a model in ML.NET's cache and in Microsoft.Data.Analysis' tables.</summary>
public sealed class PoseTablesTests : IDisposable
{
    private const int Frames = 130;
    private readonly MLContext _ml = new(1);
    private readonly string _folder = Directory.CreateTempSubdirectory("tables-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void Cached_poses_need_no_video_and_no_model_any_more()
    {
        var video = Path.Combine(_folder, "flies.mp4");
        File.Copy(SampleModels.VideoOf(PoseModelKind.BottomUpId), video);
        var model = SampleModels.Load(_ml, PoseModelKind.BottomUpId);
        var poses = model.Transform(_ml.Pose().LoadVideo(video, Enumerable.Range(0, 4)));
        var (outputs, expected) = (SampleModels.Outputs(model), ColumnText.Of(poses, SampleModels.Outputs(model)));
        var cached = _ml.Data.Cache(poses, [.. outputs, "Video", "FrameIndex"]);
        Assert.Equal(expected, ColumnText.Of(cached, outputs));

        model.Dispose();
        File.Delete(video);
        Assert.Equal(expected, ColumnText.Of(cached, outputs));
        Assert.ThrowsAny<Exception>(() => ColumnText.Of(poses, outputs));
        // The names and the skeleton are kept, so all that follows a model can follow its cache.
        Assert.Equal(model.Skeleton, SkeletonAnnotations.Read(cached.Schema["PredictedKeypoints"]));
        var labels = _ml.Pose().ToLabels(cached);
        Assert.Equal(4, labels.Frames.Count);
        Assert.All(
            labels.Frames,
            frame => Assert.Equal(model.Classes, frame.Instances.Select(animal => animal.Track!.Name).Order())
        );
    }

    [Fact]
    public void A_cache_of_all_columns_leaves_out_the_images_and_keeps_the_poses()
    {
        using var model = SampleModels.Load(_ml, PoseModelKind.TopDown);
        var poses = model.Transform(SampleModels.Frames(_ml, PoseModelKind.TopDown, 2));
        var cached = _ml.Data.Cache(poses);
        Assert.NotNull(poses.Schema.GetColumnOrNull("Image"));
        Assert.Null(cached.Schema.GetColumnOrNull("Image"));
        Assert.Equal(
            ColumnText.Of(poses, SampleModels.Outputs(model)),
            ColumnText.Of(cached, SampleModels.Outputs(model))
        );
        // In a chain as well: what comes after the checkpoint sees the poses.
        var chain = _ml
            .Transforms.CopyColumns("Where", "PredictedCentroid")
            .AppendCacheCheckpoint(_ml)
            .Append(_ml.Pose().ToInstances())
            .Fit(poses);
        Assert.Equal(4, chain.Transform(poses).GetColumn<float[]>("PredictedCentroid").Count());
    }

    [Fact]
    public void Tables_of_more_than_100_rows_are_whole()
    {
        using var model = SampleModels.Load(_ml, PoseModelKind.SingleInstance);
        var poses = _ml.Data.Cache(model.Transform(SampleModels.Frames(_ml, PoseModelKind.SingleInstance, Frames)));
        float[][] points = [.. poses.GetColumn<float[]>("PredictedKeypoints")];
        Assert.Equal(Frames, points.Length);

        var tidy = _ml.Pose().ToDataFrame(poses);
        var nodes = model.Skeleton.Nodes.Length;
        Assert.Equal(points.Count(row => row.Any(float.IsFinite)) * nodes, tidy.Rows.Count);
        var wide = _ml.Pose().ToDataFrame(poses, new() { Layout = TableLayout.Wide });
        Assert.Equal(points.Count(row => row.Any(float.IsFinite)), wide.Rows.Count);
        var first = $"{model.Skeleton.Nodes[0]}.x";
        var seen = points
            .Where(row => row.Any(float.IsFinite))
            .Select(row => float.IsNaN(row[0]) ? (float?)null : row[0]);
        Assert.Equal(seen, wide.Columns.GetSingleColumn(first));
        Assert.True((int)wide["frame"][wide.Rows.Count - 1] > 100);

        // Microsoft.Data.Analysis' own: 100 rows unless told, all of them for -1.
        string[] columns = ["FrameIndex", "PredictedKeypoints", "KeypointScore", "InstanceScore"];
        Assert.Equal(100, poses.ToDataFrame(columns).Rows.Count);
        var plain = poses.ToDataFrame(-1, columns);
        Assert.Equal(Frames, plain.Rows.Count);
        Assert.Equal(
            Enumerable.Range(0, Frames),
            plain.Columns.GetInt32Column("FrameIndex").Select(frame => frame!.Value)
        );
        var vectors = (VBufferDataFrameColumn<float>)plain["PredictedKeypoints"];
        Assert.Equal(points.SelectMany(row => row), vectors.SelectMany(vector => vector.DenseValues()));
        Assert.Equal(
            poses.GetColumn<float>("InstanceScore"),
            plain.Columns.GetSingleColumn("InstanceScore").Select(score => score!.Value)
        );
    }

    [Theory]
    [MemberData(nameof(SampleModels.KindsOfSeveral), MemberType = typeof(SampleModels))]
    public void Further_columns_give_each_row_the_values_of_its_animal(PoseModelKind kind)
    {
        using var model = SampleModels.Load(_ml, kind);
        var poses = _ml.Data.Cache(model.Transform(SampleModels.Frames(_ml, kind, 4)));
        var view = _ml.Pose().Track().Append(_ml.Pose().Kinematics()).Fit(poses).Transform(poses);
        var named = model is TopDownIdTransformer or BottomUpIdTransformer;
        string[] extra =
        [
            "Velocity",
            "PredictedCentroid",
            .. named ? (string[])["IdentityScore", "PredictedIdentity"] : [],
        ];
        string[] expected =
        [
            "Velocity.x",
            "Velocity.y",
            "PredictedCentroid.x",
            "PredictedCentroid.y",
            .. named ? model.Classes.Select(name => $"IdentityScore.{name}") : [],
            .. named ? (string[])["PredictedIdentity"] : [],
        ];
        var options = new TableOptions { Layout = TableLayout.Wide, Extra = [.. extra] };
        var table = _ml.Pose().ToDataFrame(view, options);
        Assert.Equal(expected, table.Columns.Select(column => column.Name).TakeLast(expected.Length));
        var animals = _ml.Pose().ToInstances().Fit(view).Transform(view);
        Assert.Equal(Values("Velocity", 0), table.Columns.GetSingleColumn("Velocity.x"));
        Assert.Equal(Values("Velocity", 1), table.Columns.GetSingleColumn("Velocity.y"));
        Assert.Contains(table.Columns.GetSingleColumn("Velocity.x"), value => value is not null);
        Assert.Equal(Values("PredictedCentroid", 1), table.Columns.GetSingleColumn("PredictedCentroid.y"));
        if (named)
        {
            Assert.Equal(
                Values("IdentityScore", 1),
                table.Columns.GetSingleColumn($"IdentityScore.{model.Classes[1]}")
            );
            Assert.Equal(
                animals
                    .GetColumn<uint>("PredictedIdentity")
                    .Select(key => key == 0 ? null : model.Classes[(int)key - 1]),
                table.Columns.GetStringColumn("PredictedIdentity")
            );
        }
        _ml.Pose().SaveCsv(view, Path.Combine(_folder, "poses.csv"), options);
        var lines = File.ReadAllLines(Path.Combine(_folder, "poses.csv"));
        Assert.EndsWith(string.Join(',', expected), lines[0]);
        Assert.Equal(table.Rows.Count + 1, lines.Length);

        IEnumerable<float?> Values(string column, int slot) =>
            animals
                .GetColumn<float[]>(column)
                .Select(values => float.IsNaN(values[slot]) ? (float?)null : values[slot]);
    }

    [Fact]
    public void A_table_of_several_animals_has_all_of_them_and_comes_back_as_poses()
    {
        using var model = SampleModels.Load(_ml, PoseModelKind.BottomUpId);
        var poses = _ml.Data.Cache(model.Transform(SampleModels.Frames(_ml, PoseModelKind.BottomUpId, 60)));
        var table = _ml.Pose().ToDataFrame(poses);
        Assert.Equal(60 * 2 * model.Skeleton.Nodes.Length, table.Rows.Count);
        Assert.Equal(model.Classes, table.Columns.GetStringColumn("track").Distinct().Order());
        // The wide one has the scores of the animals, too.
        var back = _ml.Pose()
            .FromDataFrame(_ml.Pose().ToDataFrame(poses, new() { Layout = TableLayout.Wide }), model.Skeleton);
        PoseAssert.Same(_ml.Pose().ToLabels(poses), _ml.Pose().ToLabels(back));

        // Its own ToDataFrame takes vectors of any length, one a row.
        var vectors = (VBufferDataFrameColumn<float>)poses.ToDataFrame(-1, "PredictedCentroid")["PredictedCentroid"];
        Assert.Equal(60, vectors.Length);
        Assert.All(vectors, vector => Assert.Equal(4, vector.Length));
        // And no single keys, as animals of one row each have: pose.ToDataFrame writes their names.
        var animals = _ml.Pose().ToInstances().Fit(poses).Transform(poses);
        Assert.Throws<NotSupportedException>(() => animals.ToDataFrame(-1, "PredictedIdentity"));
        Assert.Equal(120, animals.ToDataFrame(-1, "PredictedKeypoints", "IdentityScore").Rows.Count);
    }
}
