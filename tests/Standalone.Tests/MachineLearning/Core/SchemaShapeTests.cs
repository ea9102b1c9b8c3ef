using Microsoft.ML;
using Microsoft.ML.Data;

namespace Standalone.Tests.MachineLearning.Core;

public sealed class SchemaShapeTests
{
    [Fact]
    public void TellsKindsKeysAndAnnotations()
    {
        var builder = new DataViewSchema.Builder();
        builder.AddColumn("scalar", NumberDataViewType.Int32);
        builder.AddColumn("fixed", new VectorDataViewType(NumberDataViewType.Single, 2), Schemas.Named("x", "y"));
        builder.AddColumn("open", new VectorDataViewType(new KeyDataViewType(typeof(uint), 5)));
        SchemaShape shape = Schemas.Shape(builder.ToSchema());

        Assert.Equal(SchemaShape.Column.VectorKind.Scalar, shape[0].Kind);
        Assert.Equal(SchemaShape.Column.VectorKind.Vector, shape[1].Kind);
        Assert.Equal("SlotNames", Assert.Single(shape[1].Annotations).Name);
        Assert.Equal(SchemaShape.Column.VectorKind.VariableVector, shape[2].Kind);
        Assert.True(shape[2].IsKey);
        Assert.Same(NumberDataViewType.UInt32, shape[2].ItemType);
    }

    [Fact]
    public void HasNoHiddenColumns()
    {
        SchemaShape shape = Schemas.Shape(Schemas.Of(("a", NumberDataViewType.Int32), ("a", NumberDataViewType.Single)));
        Assert.Same(NumberDataViewType.Single, Assert.Single(shape).ItemType);
    }

    [Fact]
    public void RefusesColumnsThatWereNotMade()
        => Assert.Throws<ArgumentOutOfRangeException>(() => new SchemaShape([default]));
}
