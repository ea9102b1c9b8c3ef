using FsCheck;
using FsCheck.Fluent;
using FsCheck.Xunit;
using Microsoft.ML;
using Microsoft.ML.Data;

namespace Sleap.Transforms.Tests;

public sealed class BatchCursorTests
{
    [Property(MaxTest = 60)]
    public Property EveryColumnStaysRightWhateverTheBatch() =>
        Prop.ForAll(
            Gen.Choose(0, 23).ToArbitrary(),
            Gen.Choose(1, 9).ToArbitrary(),
            Gen.Choose(0, 4).ToArbitrary(),
            (rows, batch, ahead) =>
            {
                var view = new WindowSum(batch, ahead).Transform(new RichView(rows));
                CheckAll(view, rows, ahead);
            }
        );

    [Fact]
    public void ReadsWholeBatchesAndTheRestAtTheEnd()
    {
        var toy = new WindowSum(batch: 4);
        var view = toy.Transform(new RichView(10));

        Assert.Equal(Enumerable.Range(0, 10).Select(row => 2 * RichView.X(row)), view.GetColumn<float>("Twice"));
        Assert.Equal(["begin True,False", "process 4", "process 4", "process 2", "dispose"], toy.Log);
    }

    [Fact]
    public void TransformReadsNothingByItself()
    {
        var source = new RichView(10);
        var toy = new WindowSum(batch: 4);
        var view = toy.Transform(source);
        Assert.Equal(12, view.Schema.Count(column => !column.IsHidden) + 1);
        Assert.Equal(0, source.CursorsMade);
        Assert.Empty(toy.Log);
        Assert.Equal(10, view.GetRowCount());
    }

    [Fact]
    public void WithoutAnActiveOutputTheMapperDoesNothing()
    {
        var source = new RichView(10);
        var toy = new WindowSum(batch: 4);
        var view = toy.Transform(source);
        Assert.Equal(Enumerable.Range(0, 10).Select(row => RichView.X(row)), view.GetColumn<float>("X"));
        Assert.Empty(toy.Log);
        Assert.Equal(0, source.ImagesMade);
    }

    [Fact]
    public void ImagesAreReadOnlyWhenAskedFor()
    {
        var source = new RichView(10);
        Assert.Equal(10, new WindowSum(batch: 4).Transform(source).GetColumn<float>("Twice").Count());
        Assert.Equal(0, source.ImagesMade);
    }

    [Fact]
    public void TwoCursorsRunSideBySide()
    {
        var source = new RichView(11);
        var view = new WindowSum(batch: 3).Transform(source);
        DataViewSchema.Column[] columns = [view.Schema["Twice"], view.Schema["Image"]];
        using var first = view.GetRowCursor(columns);
        using var second = view.GetRowCursor(columns);
        ValueGetter<float> a = first.GetGetter<float>(columns[0]),
            b = second.GetGetter<float>(columns[0]);
        var imageA = first.GetGetter<MLImage>(columns[1]);
        float x = 0;
        MLImage image = null!;
        for (var row = 0; row < 11; row++)
        {
            Assert.True(first.MoveNext());
            if (row % 2 == 0)
            {
                Assert.True(second.MoveNext());
                b(ref x);
                Assert.Equal(2 * RichView.X(row / 2), x);
            }
            a(ref x);
            imageA(ref image);
            Assert.Equal(2 * RichView.X(row), x);
            Assert.Equal(RichView.Pixel(row), image.Pixels[0]);
        }
        Assert.False(first.MoveNext());
        Assert.Equal(2, source.OpenCursors);
    }

    [Theory]
    [InlineData(1, 0)]
    [InlineData(4, 0)]
    [InlineData(1, 2)]
    public void EarlyDisposalEndsEverything(int batch, int ahead)
    {
        var source = new RichView(100);
        var toy = new WindowSum(batch, ahead);
        var view = toy.Transform(source);
        var cursor = view.GetRowCursor([view.Schema["Twice"]]);
        Assert.True(cursor.MoveNext());
        Assert.True(source.RowsRead <= batch + ahead);
        cursor.Dispose();
        cursor.Dispose();

        Assert.Equal(0, source.OpenCursors);
        Assert.Equal("dispose", toy.Log[^1]);
        Assert.Single(toy.Log, entry => entry == "dispose");
        Assert.False(cursor.MoveNext());
        Assert.Equal(-1, cursor.Position);
    }

    [Fact]
    public void RowsBufferedKeepTheirPictureThoughTheSourceDisposesIt()
    {
        var view = new WindowSum(batch: 8).Transform(new RichView(8));
        DataViewSchema.Column[] columns = [view.Schema["Twice"], view.Schema["Image"]];
        using var cursor = view.GetRowCursor(columns);
        var image = cursor.GetGetter<MLImage>(columns[1]);
        for (var row = 0; row < 8; row++)
        {
            Assert.True(cursor.MoveNext());
            MLImage once = null!,
                again = null!;
            image(ref once);
            image(ref again);
            // Each asker owns what it was given.
            once.Dispose();
            Assert.Equal(RichView.Pixel(row), again.Pixels[0]);
            Assert.Equal(RichView.Text(row), again.Tag);
        }
    }

    [Fact]
    public void PicturesOfTheUserStayTheUsers()
    {
        var ml = new MLContext(1);
        using var mine = MLImage.CreateFromPixels(1, 1, MLPixelFormat.Rgba32, [9, 8, 7, 255]);
        ml.Pose();
        var rows = ml.Data.LoadFromEnumerable(
            Enumerable.Range(0, 5).Select(i => new PictureRow { X = i, Image = mine }).ToList()
        );
        var view = new WindowSum(batch: 2).Transform(rows);
        for (var pass = 0; pass < 2; pass++)
        {
            DataViewSchema.Column[] columns = [view.Schema["Twice"], view.Schema["Image"]];
            using var cursor = view.GetRowCursor(columns);
            var getter = cursor.GetGetter<MLImage>(columns[1]);
            MLImage image = null!;
            while (cursor.MoveNext())
            {
                getter(ref image);
                Assert.Equal(9, image.Pixels[0]);
            }
        }
        Assert.Equal(9, mine.Pixels[0]);
    }

    [Fact]
    public void RowByRowWorkIsDoneOnlyForTheRowsAskedFor()
    {
        var toy = new WindowSum();
        var view = toy.Transform(new RichView(10));
        var twice = view.Schema["Twice"];
        using var cursor = view.GetRowCursor([twice]);
        var getter = cursor.GetGetter<float>(twice);
        float value = 0;
        while (cursor.MoveNext())
        {
            if (cursor.Position != 7)
                continue;
            getter(ref value);
            getter(ref value);
            Assert.Equal(2 * RichView.X(7), value);
        }
        Assert.Single(toy.Log, "process 1");
    }

    [Fact]
    public void AMapperThatNeedsEveryRowGetsEveryRow()
    {
        var toy = new WindowSum(everyRow: true);
        var view = toy.Transform(new RichView(10));
        using var cursor = view.GetRowCursor([view.Schema["Twice"]]);
        while (cursor.MoveNext()) { }
        Assert.Equal(10, toy.Log.Count(entry => entry == "process 1"));
        Assert.False(view.CanShuffle);
    }

    [Fact]
    public void AskingForAnInactiveColumnOrAnotherTypeSaysSo()
    {
        var view = new WindowSum(batch: 4).Transform(new RichView(3));
        using var cursor = view.GetRowCursor([view.Schema["Twice"]]);
        Assert.Contains(
            "'Text'",
            Assert
                .Throws<InvalidOperationException>(() => cursor.GetGetter<ReadOnlyMemory<char>>(view.Schema["Text"]))
                .Message
        );
        var message = Assert
            .Throws<InvalidOperationException>(() => cursor.GetGetter<int>(view.Schema["Twice"]))
            .Message;
        Assert.Contains("'Twice'", message);
        Assert.Contains("System.Single", message);
        Assert.False(cursor.IsColumnActive(view.Schema["Text"]));
        Assert.True(cursor.IsColumnActive(view.Schema["Twice"]));
        float value = 0;
        Assert.Contains(
            "no current row",
            Assert
                .Throws<InvalidOperationException>(() => cursor.GetGetter<float>(view.Schema["Twice"])(ref value))
                .Message
        );
    }

    internal static void CheckAll(IDataView view, int rows, int ahead)
    {
        using var cursor = view.GetRowCursor(view.Schema);
        Reader<float> x = new(cursor, "X"),
            twice = new(cursor, "Twice");
        Reader<ReadOnlyMemory<char>> text = new(cursor, "Text");
        Reader<uint> key = new(cursor, "Key");
        Reader<bool> flag = new(cursor, "Flag");
        Reader<VBuffer<float>> vector = new(cursor, "Vector"),
            sum = new(cursor, "Ahead");
        Reader<VBuffer<ReadOnlyMemory<char>>> words = new(cursor, "Words");
        Reader<MLImage> image = new(cursor, "Image");
        Reader<DataViewRowId> id = new(cursor, "RowId");
        Reader<RichView.Box> box = new(cursor, "Custom");
        var rowId = cursor.GetIdGetter();
        DataViewRowId current = default;
        for (var row = 0; row < rows; row++)
        {
            Assert.True(cursor.MoveNext());
            Assert.Equal(row, cursor.Position);
            Assert.Equal(row / 4, cursor.Batch);
            rowId(ref current);
            Assert.Equal(RichView.Id(row), current);
            Assert.Equal(RichView.X(row), x.Value);
            Assert.Equal(2 * RichView.X(row), twice.Value);
            Assert.Equal(
                Enumerable.Range(row, Math.Min(ahead + 1, rows - row)).Sum(r => RichView.X(r)),
                sum.Value.GetItemOrDefault(0)
            );
            Assert.Equal(RichView.Text(row), text.Value.ToString());
            Assert.Equal(RichView.Key(row), key.Value);
            Assert.Equal(row % 2 == 0, flag.Value);
            Assert.Equal(RichView.Vector(row), vector.Value.DenseValues());
            Assert.Equal(RichView.Words(row), words.Value.DenseValues().Select(word => word.ToString()));
            Assert.Equal(RichView.Pixel(row), image.Value.Pixels[0]);
            Assert.Equal(RichView.Id(row + 100), id.Value);
            Assert.Equal(row, box.Value.Row);
        }
        Assert.False(cursor.MoveNext());
        Assert.False(cursor.MoveNext());
        Assert.Equal(-1, cursor.Position);
    }

    private sealed class Reader<T>(DataViewRow row, string column)
    {
        private readonly ValueGetter<T> _getter = row.GetGetter<T>(row.Schema[column]);
        private T _value = default!;

        public T Value
        {
            get
            {
                _getter(ref _value);
                return _value;
            }
        }
    }

    private sealed class PictureRow
    {
        public float X { get; set; }

        public MLImage Image { get; set; } = null!;
    }
}
