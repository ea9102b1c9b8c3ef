using FsCheck.Xunit;
using Microsoft.ML;
using Microsoft.ML.Data;

namespace Standalone.Tests.MachineLearning.DataView;

public sealed class DataViewSchemaTests
{
    [Property]
    public void TheLastOfEqualNamesHidesTheOthers(byte[] names)
    {
        var schema = Schemas.Of([.. names.Select(n => ($"c{n % 4}", (DataViewType)NumberDataViewType.Int32))]);
        for (int i = 0; i < schema.Count; i++)
        {
            bool isLast = !schema.Skip(i + 1).Any(c => c.Name == schema[i].Name);
            Assert.Equal(!isLast, schema[i].IsHidden);
            Assert.Equal(i, schema[i].Index);
            if (isLast)
                Assert.Equal(i, schema[schema[i].Name].Index);
        }
    }

    [Fact]
    public void NamesTheColumnThatIsNotThere()
    {
        DataViewSchema schema = Schemas.Of(("a", NumberDataViewType.Int32));
        var error = Assert.Throws<ArgumentOutOfRangeException>(() => schema["b"]);
        Assert.Contains("Column 'b' not found", error.Message);
        Assert.Null(schema.GetColumnOrNull("b"));
    }

    [Fact]
    public void AnnotationsAreReadByTheirType()
    {
        var builder = new DataViewSchema.Annotations.Builder();
        builder.AddPrimitiveValue("Answer", NumberDataViewType.Int32, 42);
        builder.Add("Skeleton", TextDataViewType.Instance, (ref ReadOnlyMemory<char> value) => value = "mouse".AsMemory());
        DataViewSchema.Annotations annotations = builder.ToAnnotations();
        int answer = 0;
        annotations.GetValue("Answer", ref answer);
        Assert.Equal(42, answer);
        Assert.Equal("Answer, Skeleton", annotations.ToString());
        long wrong = 0;
        Assert.Throws<InvalidOperationException>(() => annotations.GetValue("Answer", ref wrong));
        Assert.Throws<InvalidOperationException>(() => annotations.GetValue("Other", ref wrong));
        Assert.Throws<ArgumentException>(() => builder.AddPrimitiveValue("x", NumberDataViewType.Int32, 1L));

        var chosen = new DataViewSchema.Annotations.Builder();
        chosen.Add(annotations, name => name == "Skeleton");
        Assert.Equal("Skeleton", chosen.ToAnnotations().ToString());
    }

    [Fact]
    public void SlotNamesBelongToVectorsOfTheirSize()
    {
        var builder = new DataViewSchema.Builder();
        builder.AddColumn("fits", new VectorDataViewType(NumberDataViewType.Single, 2), Schemas.Named("x", "y"));
        builder.AddColumn("differs", new VectorDataViewType(NumberDataViewType.Single, 3), Schemas.Named("x", "y"));
        builder.AddColumn("open", new VectorDataViewType(NumberDataViewType.Single), Schemas.Named("x", "y"));
        DataViewSchema schema = builder.ToSchema();
        Assert.True(schema["fits"].HasSlotNames());
        Assert.False(schema["differs"].HasSlotNames());
        Assert.False(schema["open"].HasSlotNames());
        Assert.Equal("fits: Vector<Single, 2> {SlotNames}", schema["fits"].ToString());
    }

    [Property]
    public void RowIdsForkAndCombineWithoutMeeting(ulong low, ulong high)
    {
        var id = new DataViewRowId(low, high);
        DataViewRowId[] derived = [id, id.Next(), id.Fork(), id.Combine(id), id.Next().Next()];
        Assert.Equal(derived.Length, derived.Distinct().Count());
        Assert.Equal(id.Next(), new DataViewRowId(low, high).Next());
    }
}
