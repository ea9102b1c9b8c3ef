using Microsoft.ML;
using Microsoft.ML.Data;
using Sleap.IO;

namespace Sleap.Transforms.Tests;

public sealed class SkeletonAnnotationsTests
{
    [Fact]
    public void ASkeletonComesBackWhole()
    {
        foreach (var skeleton in new[] { Poses.Mouse, new Skeleton("", ["only"]) })
        {
            foreach (
                var column in new[] { KeypointColumns.Fixed("K", skeleton), KeypointColumns.Variable("K", skeleton) }
            )
            {
                var builder = new DataViewSchema.Builder();
                builder.AddColumn(column.Name, column.Type, column.Annotations);
                Assert.Equal(skeleton, SkeletonAnnotations.Read(builder.ToSchema()["K"]));
            }
        }
    }

    [Fact]
    public void AColumnWithoutOneHasNone()
    {
        var builder = new DataViewSchema.Builder();
        builder.AddColumn("X", NumberDataViewType.Single);
        Assert.Null(SkeletonAnnotations.Read(builder.ToSchema()["X"]));
    }

    [Fact]
    public void SlotsOfASingleAnimalAreNamed()
    {
        var ml = new MLContext(1);
        var view = ml.Pose().FromLabels(Poses.Labels((0, [Poses.Animal(Poses.Mouse, false, null, 1, 2, 3, 4, 5, 6)])));
        VBuffer<ReadOnlyMemory<char>> names = default;
        view.Schema["Keypoints"].GetSlotNames(ref names);
        Assert.Equal(
            ["snout.x", "snout.y", "left.x", "left.y", "tail.x", "tail.y"],
            names.DenseValues().Select(name => name.ToString())
        );
    }

    [Fact]
    public void TheSkeletonSurvivesCopyColumns()
    {
        var ml = new MLContext(1);
        var view = ml.Pose().FromLabels(Poses.Labels((0, [Poses.Animal(Poses.Mouse, false, null, 1, 2, 3, 4, 5, 6)])));
        var copied = ml.Transforms.CopyColumns("Other", "Keypoints").Fit(view).Transform(view);
        Assert.Equal(Poses.Mouse, SkeletonAnnotations.Read(copied.Schema["Other"]));
    }

    [Fact]
    public void ColumnNamesAreCheckedAtOnce()
    {
        var message = Assert
            .Throws<ArgumentException>(() => new PoseColumnOptions { Video = "", Track = "Image" }.Checked())
            .Message;
        Assert.Contains("Video is empty", message);
        Assert.Contains("'Image' names Image and Track", message);
    }
}
