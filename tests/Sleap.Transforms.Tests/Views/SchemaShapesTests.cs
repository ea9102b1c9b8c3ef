using Microsoft.ML.Data;
using Microsoft.ML.Transforms.Image;
using Sleap.IO;

namespace Sleap.Transforms.Tests;

public sealed class SchemaShapesTests
{
    [Fact]
    public void AShapeHasKindsItemTypesKeysAndAnnotations()
    {
        var skeleton = new Skeleton("mouse", ["snout", "tail"]);
        var shape = SchemaShapes.Of([
            KeypointColumns.Fixed("One", skeleton),
            KeypointColumns.Variable("Many", skeleton),
            KeypointColumns.Tracks("Track", ["a", "b"], single: true),
            new OutputColumn("Image", new ImageDataViewType()),
        ]);
        Assert.Equal(
            [
                "One Vector Single: SkeletonEdges VariableVector Int32, SkeletonName Scalar String, SkeletonNodes "
                    + "VariableVector String, SkeletonSymmetries VariableVector Int32, SlotNames Vector String",
                "Many VariableVector Single: SkeletonEdges VariableVector Int32, SkeletonName Scalar String, "
                    + "SkeletonNodes VariableVector String, SkeletonSymmetries VariableVector Int32",
                "Track Scalar key UInt32: KeyValues Vector String",
                "Image Scalar Image: ",
            ],
            shape.Select(Shapes.Describe)
        );
    }

    [Fact]
    public void AppendReplacesAndPutsLast()
    {
        var input = SchemaShapes.Of([
            new OutputColumn("A", NumberDataViewType.Single),
            new OutputColumn("B", NumberDataViewType.Int32),
        ]);
        var output = SchemaShapes.Append(
            input,
            [new OutputColumn("A", TextDataViewType.Instance), new OutputColumn("C", NumberDataViewType.Double)]
        );
        Assert.Equal(["B Scalar Int32: ", "A Scalar String: ", "C Scalar Double: "], output.Select(Shapes.Describe));
    }

    [Fact]
    public void RenamedKeepsAllButTheName()
    {
        var shape = SchemaShapes.Of([
            KeypointColumns.Fixed("One", new Skeleton("mouse", ["snout", "tail"])),
            KeypointColumns.Tracks("Track", ["a", "b"], single: false),
            new OutputColumn("Plain", NumberDataViewType.Double),
        ]);
        foreach (var column in shape)
        {
            var renamed = Shapes.Describe(SchemaShapes.Renamed(column, "New"));
            Assert.Equal(Shapes.Describe(column), column.Name + renamed["New".Length..]);
        }
    }

    [Fact]
    public void AMissingOrWrongColumnIsNamedWithItsType()
    {
        var shape = SchemaShapes.Of([
            new OutputColumn("A", NumberDataViewType.Single),
            KeypointColumns.Tracks("Track", ["a", "b"], single: false),
        ]);
        var missing = Assert
            .Throws<ArgumentException>(() => SchemaShapes.Require(shape, "Image", _ => true, "an image", "Toy"))
            .Message;
        Assert.Contains("Toy: the input has no column 'Image'", missing);
        Assert.Contains("A, Track", missing);
        var wrong = Assert
            .Throws<ArgumentException>(() => SchemaShapes.Require(shape, "Track", _ => false, "an image", "Toy"))
            .Message;
        Assert.Contains("'Track'", wrong);
        Assert.Contains("Key<UInt32>", wrong);
        Assert.Contains("expected an image", wrong);
    }
}
