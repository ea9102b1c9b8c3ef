using Microsoft.Data.Analysis;
using Microsoft.ML;
using Microsoft.ML.Data;
using Sleap.IO;
using Sleap.Transforms;

namespace Sleap.MLNet.Tests;

/// <summary>
/// Poses in a binary file of ML.NET, which holds all but the images: nothing after it needs the model or the video any
/// more.
/// </summary>
public sealed class BinaryPosesTests : IDisposable
{
    private const int Frames = 4;
    private readonly MLContext _ml = new(1);
    private readonly string _folder = Directory.CreateTempSubdirectory("binary-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [MemberData(nameof(SampleModels.Kinds), MemberType = typeof(SampleModels))]
    public void Values_and_annotations_come_back_and_all_that_follows_a_model_takes_them(PoseModelKind kind)
    {
        using var model = SampleModels.Load(_ml, kind);
        var poses = _ml.Data.Cache(model.Transform(Labeled(model.Transform(SampleModels.Frames(_ml, kind, Frames)))));
        var file = Path.Combine(_folder, "poses.idv");
        using (var stream = File.Create(file))
            _ml.Data.SaveAsBinary(poses, stream);
        var other = new MLContext();
        var back = other.Data.LoadFromBinary(file);

        string[] columns = ["Video", "FrameIndex", "FrameError", "Keypoints", "Track", .. SampleModels.Outputs(model)];
        Assert.Equal(columns.Order(), back.Schema.Select(column => column.Name).Order());
        Assert.Equal(ColumnText.Of(poses, columns), ColumnText.Of(back, columns));
        Assert.All(columns, column => Assert.Equal(Describe(poses.Schema[column]), Describe(back.Schema[column])));
        Assert.Equal(model.Skeleton, SkeletonAnnotations.Read(back.Schema["PredictedKeypoints"]));

        PoseAssert.Same(_ml.Pose().ToLabels(poses), other.Pose().ToLabels(back));
        string[] motion = ["Centroid", "Speed", "Heading", "PathLength"];
        Assert.Equal(
            ColumnText.Of(_ml.Pose().Kinematics().Fit(poses).Transform(poses), motion),
            ColumnText.Of(other.Pose().Kinematics().Fit(back).Transform(back), motion)
        );
        Assert.Equal(Cells(_ml.Pose().ToDataFrame(poses)), Cells(other.Pose().ToDataFrame(back)));
        var metrics = other.Pose().Evaluate(back);
        Assert.Equal(_ml.Pose().Evaluate(poses).ToJson().ToJsonString(), metrics.ToJson().ToJsonString());
        // The labels are what the model found.
        Assert.Equal((Frames, 0), (metrics.Frames, metrics.Missed));
        Assert.InRange(metrics.MeanError, 0, 1e-3);

        // One row an animal, as from the model itself.
        var (animals, expected) = (
            other.Pose().ToInstances().Fit(back).Transform(back),
            _ml.Pose().ToInstances().Fit(poses).Transform(poses)
        );
        Assert.Equal(
            ColumnText.Of(expected, SampleModels.Outputs(model)),
            ColumnText.Of(animals, SampleModels.Outputs(model))
        );
        Assert.All(
            SampleModels.Outputs(model),
            column => Assert.Equal(Describe(expected.Schema[column]), Describe(animals.Schema[column]))
        );
    }

    /// <summary>The frames of poses with these as if a person had set them.</summary>
    private IDataView Labeled(IDataView poses) =>
        _ml.Pose()
            .FromLabels(
                new Labels(
                    _ml.Pose()
                        .ToLabels(poses)
                        .Frames.Select(frame => new LabeledFrame
                        {
                            Video = frame.Video,
                            FrameIndex = frame.FrameIndex,
                            Instances =
                            [
                                .. frame.Instances.Select(animal => new Instance
                                {
                                    Skeleton = animal.Skeleton,
                                    Points = animal.Points,
                                    Track = animal.Track,
                                }),
                            ],
                        })
                )
            );

    /// <summary>Type, and name and value of each annotation.</summary>
    private static string Describe(DataViewSchema.Column column) =>
        $"{column.Name} {column.Type}: "
        + string.Join(
            "; ",
            column
                .Annotations.Schema.OrderBy(annotation => annotation.Name)
                .Select(annotation =>
                    $"{annotation.Name} {annotation.Type} = {ValueOf(column.Annotations, annotation)}"
                )
        );

    private static string ValueOf(DataViewSchema.Annotations annotations, DataViewSchema.Column annotation) =>
        annotation.Type switch
        {
            VectorDataViewType { ItemType: TextDataViewType } => Joined<ReadOnlyMemory<char>>(annotations, annotation),
            VectorDataViewType => Joined<int>(annotations, annotation),
            BooleanDataViewType => One<bool>(annotations, annotation) ? "yes" : "no",
            _ => One<ReadOnlyMemory<char>>(annotations, annotation).ToString(),
        };

    private static string Joined<T>(DataViewSchema.Annotations annotations, DataViewSchema.Column annotation) =>
        string.Join(", ", One<VBuffer<T>>(annotations, annotation).DenseValues().Select(value => $"{value}"));

    private static T One<T>(DataViewSchema.Annotations annotations, DataViewSchema.Column annotation)
    {
        var value = default(T)!;
        annotations.GetValue(annotation.Name, ref value);
        return value;
    }

    private static IEnumerable<string> Cells(DataFrame table) =>
        table.Columns.SelectMany(column => column.Cast<object?>().Select(value => $"{column.Name} {value}"));
}
