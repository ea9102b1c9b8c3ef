using FsCheck;
using FsCheck.Fluent;
using FsCheck.Xunit;
using Microsoft.ML;

namespace Sleap.Transforms.Tests;

public sealed class ReadAheadCursorTests
{
    [Property(MaxTest = 60)]
    public Property EveryColumnStaysRightWhateverTheBatch() =>
        Prop.ForAll(
            Gen.Choose(0, 23).ToArbitrary(),
            Gen.Choose(1, 9).ToArbitrary(),
            (rows, batch) =>
                BatchCursorTests.CheckAll(new TwiceAhead(batch).Transform(new RichView(rows)), rows, ahead: 0)
        );

    [Fact]
    public void TheNextBatchIsReadWhileThisOneIsComputed()
    {
        var source = new RichView(12);
        using var read = new ManualResetEventSlim();
        // The first batch is not done before all rows of the second are read: without reading ahead this would wait for
        // ever.
        var inTime = true;
        var toy = new TwiceAhead(
            batch: 4,
            processing: () => inTime &= SpinWait.SpinUntil(() => source.RowsRead >= 8, TimeSpan.FromSeconds(20))
        );
        var view = toy.Transform(source);
        using var cursor = view.GetRowCursor([view.Schema["Twice"]]);
        Assert.True(cursor.MoveNext());
        Assert.True(inTime);
        // And not further than that.
        Assert.Equal(8, source.RowsRead);
        Assert.Contains(toy.Readers, thread => thread != Environment.CurrentManagedThreadId);
        Assert.Equal([Environment.CurrentManagedThreadId], toy.Processors);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(4)]
    public void EarlyDisposalEndsEverything(int batch)
    {
        var source = new RichView(100);
        var toy = new TwiceAhead(batch);
        var view = toy.Transform(source);
        var cursor = view.GetRowCursor([view.Schema["Twice"], view.Schema["Image"]]);
        Assert.True(cursor.MoveNext());
        cursor.Dispose();
        cursor.Dispose();
        Assert.InRange(source.RowsRead, batch, 2 * batch);
        Assert.Equal(0, source.OpenCursors);
        Assert.Equal(2, toy.Disposed);
        Assert.False(cursor.MoveNext());
        Assert.Equal(-1, cursor.Position);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(3)]
    [InlineData(5)]
    [InlineData(8)]
    public void RowsBeforeAFaultOfTheSourceAreGivenAndThenTheFaultIsThrown(int bad)
    {
        var ml = new MLContext(1);
        var rows = ml.Data.LoadFromEnumerable(
            Enumerable
                .Range(0, 10)
                .Select(i => i == bad ? throw new IOException("the camera is gone") : new Number { X = i })
        );
        var view = new TwiceAhead(batch: 3).Transform(rows);
        using var cursor = view.GetRowCursor([view.Schema["Twice"]]);
        var twice = cursor.GetGetter<float>(view.Schema["Twice"]);
        float value = 0;
        for (var row = 0; row < bad; row++)
        {
            Assert.True(cursor.MoveNext());
            twice(ref value);
            Assert.Equal(2 * row, value);
        }
        Assert.Contains("the camera is gone", Assert.Throws<IOException>(() => cursor.MoveNext()).Message);
    }

    [Fact]
    public void WhatTheComputationThrowsComesOutOfMoveNext()
    {
        var view = new TwiceAhead(
            batch: 2,
            processing: () => throw new InvalidOperationException("no memory on the device")
        ).Transform(new RichView(9));
        using var cursor = view.GetRowCursor([view.Schema["Twice"]]);
        Assert.Contains("device", Assert.Throws<InvalidOperationException>(() => cursor.MoveNext()).Message);
    }

    [Fact]
    public void ASingleRowIsMappedByItself()
    {
        var toy = new TwiceAhead(batch: 4);
        var source = new RichView(3);
        var mapper = toy.GetRowToRowMapper(source.Schema);
        using var rows = source.GetRowCursor(source.Schema);
        using var row = mapper.GetRow(rows, [mapper.OutputSchema["Twice"]]);
        var twice = row.GetGetter<float>(mapper.OutputSchema["Twice"]);
        float value = 0;
        for (var i = 0; rows.MoveNext(); i++)
        {
            twice(ref value);
            Assert.Equal(2 * RichView.X(i), value);
        }
    }

    private sealed class Number
    {
        public float X { get; set; }
    }
}
