using ParquetSharp;

namespace Sleap.IO.Tests;

/// <summary>The tidy table as Parquet, read back by Apache Arrow's C++ code (ParquetSharp).</summary>
public sealed class ParquetTests
{
    [Fact]
    public void ATableHasTypesAndNullsAndSeveralRowGroups()
    {
        using var files = new TestFiles();
        var skeleton = new Skeleton("", ["nose", "tail"]);
        var track = new Track("mouse, \"a\"");
        var labels = new Labels(
            Enumerable
                .Range(0, 70_000)
                .Select(f => new LabeledFrame
                {
                    Video = Video.FromFile("v.mp4"),
                    FrameIndex = f,
                    Instances =
                    [
                        new Instance
                        {
                            Skeleton = skeleton,
                            Points = [new Point(f + 0.1, f, true, false, 0.5f), Point.Missing],
                            Track = f % 2 == 0 ? track : null,
                            IsPredicted = true,
                        },
                    ],
                })
        );
        var remarks = labels.Save(files.New("poses.parquet"));
        Assert.Empty(remarks);
        using var read = new ParquetFileReader(files.New("poses.parquet"));
        Assert.Equal((2, 140_000L), (read.FileMetaData.NumRowGroups, read.FileMetaData.NumRows));
        Assert.Equal(
            [
                ("frame_idx", PhysicalType.Int32, LogicalTypeEnum.Int),
                ("node", PhysicalType.ByteArray, LogicalTypeEnum.String),
                ("x", PhysicalType.Double, LogicalTypeEnum.None),
                ("y", PhysicalType.Double, LogicalTypeEnum.None),
                ("track", PhysicalType.ByteArray, LogicalTypeEnum.String),
                ("track_score", PhysicalType.Float, LogicalTypeEnum.None),
                ("instance_score", PhysicalType.Float, LogicalTypeEnum.None),
                ("score", PhysicalType.Float, LogicalTypeEnum.None),
                ("video_path", PhysicalType.ByteArray, LogicalTypeEnum.String),
                ("instance", PhysicalType.Int32, LogicalTypeEnum.Int),
            ],
            Enumerable
                .Range(0, 10)
                .Select(read.FileMetaData.Schema.Column)
                .Select(c => (c.Name, c.PhysicalType, c.LogicalType.Type))
        );
        Assert.Equal(Enumerable.Range(0, 140_000).Select(i => (int?)(i / 2)), Column<int?>(read, 0));
        Assert.Equal(Enumerable.Range(0, 140_000).Select(i => i % 4 < 2 ? track.Name : null), Column<string?>(read, 4));
        Assert.Equal(
            Enumerable.Range(0, 140_000).Select(i => i % 2 == 0 ? (i / 2) + 0.1 : (double?)null),
            Column<double?>(read, 2)
        );
        Assert.Equal(
            Enumerable.Range(0, 140_000).Select(i => i % 2 == 0 ? 0.5f : (float?)null),
            Column<float?>(read, 7)
        );
    }

    [Fact]
    public void TheTableHasTheCellsOfTheCsvTable()
    {
        using var files = new TestFiles();
        var labels = Labels.Load(TestFiles.Data("centered_pair_predictions.slp"));
        Assert.Equal(labels.Save(files.New("p.csv")), labels.Save(files.New("p.parquet")));
        var rows = CsvTable.Read(files.New("p.csv")).Skip(1).ToList();
        using var read = new ParquetFileReader(files.New("p.parquet"));
        Assert.Equal(rows.Select(r => (int?)r.Whole(0, "")), Column<int?>(read, 0));
        Assert.Equal(rows.Select(r => r[1]), Column<string?>(read, 1));
        Assert.Equal(rows.Select(r => r.Number(3, "")), Column<double?>(read, 3).Select(y => y ?? double.NaN));
        Assert.Equal(rows.Select(r => r[8]), Column<string?>(read, 8));
        Assert.Equal(rows.Select(r => (int?)r.Whole(9, "")), Column<int?>(read, 9));
    }

    [Fact]
    public void LabelsWithoutFramesAreATableWithoutRows()
    {
        using var files = new TestFiles();
        new Labels([]).Save(files.New("none.parquet"));
        using var read = new ParquetFileReader(files.New("none.parquet"));
        Assert.Equal((10, 0L), (read.FileMetaData.NumColumns, read.FileMetaData.NumRows));
    }

    [Fact]
    public void ReadingIsRefusedWithTheWayOut()
    {
        using var files = new TestFiles();
        new Labels([]).Save(files.New("none.parquet"));
        Assert.Contains(".csv", Assert.Throws<PoseFormatException>(() => Labels.Load(files.New("none.parquet"))).Cause);
    }

    private static List<T> Column<T>(ParquetFileReader file, int column)
    {
        var values = new List<T>();
        for (var g = 0; g < file.FileMetaData.NumRowGroups; g++)
        {
            using var group = file.RowGroup(g);
            using var reader = group.Column(column).LogicalReader<T>();
            values.AddRange(reader.ReadAll((int)group.MetaData.NumRows));
        }
        return values;
    }
}
