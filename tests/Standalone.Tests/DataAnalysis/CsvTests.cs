using System.Text;
using FsCheck;
using FsCheck.Fluent;
using FsCheck.Xunit;
using Microsoft.Data.Analysis;
using Microsoft.ML.Data;

namespace Standalone.Tests.DataAnalysis;

public sealed class CsvTests
{
    private static string Save(DataFrame frame, Encoding? encoding = null)
    {
        var stream = new MemoryStream();
        DataFrame.SaveCsv(frame, stream, encoding: encoding);
        return (encoding ?? Encoding.ASCII).GetString(stream.ToArray()).TrimStart('\uFEFF').ReplaceLineEndings("\n");
    }

    [Fact]
    public void KindsAreGuessedFromTheFirstRows()
    {
        DataFrame frame = DataFrame.LoadCsvFromString("video,frame,ok,when,mixed\na.mp4,1,true,2024-01-02,1\nb.mp4,2.5,false,,x\n");

        Assert.Equal([typeof(string), typeof(float), typeof(bool), typeof(DateTime), typeof(string)], frame.Columns.Select(c => c.DataType));
        Assert.Equal(["b.mp4", 2.5f, false, null, "x"], frame.Rows[1]);
    }

    [Fact]
    public void TheGuessLooksAtTenLinesWithTheHeader()
    {
        string csv = "a\n" + string.Concat(Enumerable.Repeat("1\n", 9)) + "text\n";

        Assert.Throws<FormatException>(() => DataFrame.LoadCsvFromString(csv));
        Assert.Equal(typeof(string), DataFrame.LoadCsvFromString(csv, guessRows: 20)["a"].DataType);
        Assert.Equal(9, DataFrame.LoadCsvFromString(csv, numberOfRowsToRead: 9).Rows.Count);
    }

    [Fact]
    public void NamesAndTypesMayBeGiven()
    {
        DataFrame frame = DataFrame.LoadCsvFromString("1;2\n3;4", ';', false, ["a", ""], [typeof(int), typeof(double)], addIndexColumn: true);

        Assert.Equal(["IndexColumn", "a", "Column1"], frame.Columns.Select(c => c.Name));
        Assert.Equal([1L, 3, 4.0], frame.Rows[1]);
        Assert.Equal(["a", "a.1"], DataFrame.LoadCsvFromString("a,a\n1,2", renameDuplicatedColumns: true).Columns.Select(c => c.Name));
    }

    [Theory]
    [InlineData("", "Empty file")]
    [InlineData("a,b\n1,2\n1\n", "Line 3 has less columns than expected")]
    [InlineData("a\n\"open", "Line 2 cannot be parsed")]
    public void ADamagedFileIsRefused(string csv, string message) => Assert.Contains(message, Assert.Throws<FormatException>(() => DataFrame.LoadCsvFromString(csv, dataTypes: null)).Message);

    [Fact]
    public void NumbersAreSavedInFullAndNullsAsNothing()
    {
        var frame = new DataFrame(new SingleDataFrameColumn("x", new float?[] { 0.1f, null }), new DoubleDataFrameColumn("y", new[] { 1.0 / 3, double.NaN }), new StringDataFrameColumn("a,b", ["say \"hi\"", null]));

        Assert.Equal("x,y,\"a,b\"\n0.100000001,0.33333333333333331,\"say \"\"hi\"\"\"\n,NaN,\n", Save(frame));
    }

    [Fact]
    public void LettersBeyondAsciiAreLostUnlessAnEncodingIsGiven()
    {
        var frame = new DataFrame(new StringDataFrameColumn("n", ["Müller"]));

        Assert.Equal("n\nM?ller\n", Save(frame));
        Assert.Equal("n\nMüller\n", Save(frame, Encoding.UTF8));
    }

    [Fact]
    public void AVectorIsSavedWithAllItsArrayHolds()
    {
        var frame = new DataFrame(new VBufferDataFrameColumn<float>("v", [new VBuffer<float>(3, [1, -1, 2, 0])]));

        Assert.Equal("v\n(1 -1 2 0)\n", Save(frame));
        Assert.Throws<NullReferenceException>(() => Save(new DataFrame(new VBufferDataFrameColumn<float>("v", 1))));
    }

    [Fact]
    public void TheSeparatorMayNotBeTheDecimalPoint() =>
        Assert.Throws<ArgumentException>(() => DataFrame.SaveCsv(new DataFrame(), new MemoryStream(), '.'));

    [Property(MaxTest = 100)]
    public Property WhatIsSavedIsLoaded()
    {
        Gen<string> text = Gen.Elements("a", "b c", "x,y", "say \"hi\"", "two\nlines", "ü");
        Gen<float?[]> numbers = ArbMap.Default.GeneratorFor<float>().Select(v => float.IsFinite(v) ? v : (float?)null).ArrayOf();
        return Prop.ForAll(numbers.ToArbitrary(), text.ToArbitrary(), (values, word) =>
        {
            var frame = new DataFrame(new SingleDataFrameColumn("x", values), new StringDataFrameColumn("s", Enumerable.Repeat(word, values.Length)));
            DataFrame again = DataFrame.LoadCsvFromString(Save(frame, Encoding.UTF8), dataTypes: [typeof(float), typeof(string)]);
            return again["x"].Cast<float?>().SequenceEqual(values) && again["s"].Cast<string>().All(s => s == word);
        });
    }
}
