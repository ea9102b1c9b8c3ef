using Microsoft.ML;
using Microsoft.ML.Data;

namespace Standalone.Tests.MachineLearning.Data;

public sealed class EnumerableTests
{
    private readonly MLContext _ml = new(seed: 1);

    public sealed class Row
    {
        public int Id;
        public string? Name { get; set; }
        public float[]? Open { get; set; }

        [VectorType(2)]
        public float[]? Fixed { get; set; }

        [VectorType(2, 0)]
        public float[]? Open2 { get; set; }

        public VBuffer<float> Sparse { get; set; }

        [ColumnName("Renamed")]
        public double Other { get; set; }

        [NoColumn]
        public List<float>? Ignored { get; set; }
    }

    private static Row[] Rows =>
    [
        new() { Id = 1, Name = "a", Open = [1, 2, 3], Fixed = [4, 5], Open2 = [], Sparse = new VBuffer<float>(5, 1, [9], [3]), Other = 0.5 },
        new() { Id = 2, Name = null, Open = null, Fixed = [6, 7], Open2 = [1, 2], Sparse = default, Other = 1.5 },
    ];

    [Fact]
    public void SchemaFollowsTheMembers()
    {
        DataViewSchema schema = _ml.Data.LoadFromEnumerable(Rows).Schema;
        Assert.Equal(["Id", "Name", "Open", "Fixed", "Open2", "Sparse", "Renamed"], schema.Select(c => c.Name));
        Assert.Equal("Vector<Single>", schema["Open"].Type.ToString());
        Assert.Equal("Vector<Single, 2>", schema["Fixed"].Type.ToString());
        Assert.Equal("Vector<Single, 2, *>", schema["Open2"].Type.ToString());
        Assert.Equal("Vector<Single>", schema["Sparse"].Type.ToString());
    }

    [Fact]
    public void ObjectsComeBack()
    {
        Row[] back = [.. _ml.Data.CreateEnumerable<Row>(_ml.Data.LoadFromEnumerable(Rows), reuseRowObject: false)];
        Assert.Equal([1, 2], back.Select(r => r.Id));
        Assert.Equal([1, 2, 3], back[0].Open!);
        Assert.Equal([4, 5], back[0].Fixed!);
        Assert.Equal([0.5, 1.5], back.Select(r => r.Other));
        Assert.False(back[0].Sparse.IsDense);
        Assert.Equal(9, back[0].Sparse.GetItemOrDefault(3));
    }

    [Fact]
    public void NullTextComesBackEmpty()
        => Assert.Equal(["a", ""], _ml.Data.CreateEnumerable<Row>(_ml.Data.LoadFromEnumerable(Rows), false).Select(r => r.Name));

    [Fact]
    public void ArraysOfLengthZeroComeBackAsNullAndAsEmptyFromGetColumn()
    {
        IDataView view = _ml.Data.LoadFromEnumerable(Rows);
        Row[] back = [.. _ml.Data.CreateEnumerable<Row>(view, reuseRowObject: false)];
        Assert.Null(back[0].Open2);
        Assert.Null(back[1].Open);
        Assert.Equal(0, back[1].Sparse.Length);
        Assert.Empty(view.GetColumn<float[]>("Open").Last());
    }

    [Fact]
    public void LengthsOfFixedVectorsAreNotChecked()
    {
        IDataView view = _ml.Data.LoadFromEnumerable(new[] { new Row { Fixed = [1] } });
        Assert.Equal([1], view.GetColumn<float[]>("Fixed").Single());
    }

    [Fact]
    public void ReusedRowsReuseArraysOfEqualLength()
    {
        float[][] seen = [.. _ml.Data.CreateEnumerable<Row>(_ml.Data.LoadFromEnumerable(Rows), reuseRowObject: true).Select(r => r.Fixed!)];
        Assert.Same(seen[0], seen[1]);
        Assert.Equal([6, 7], seen[0]);
    }

    private sealed class Wider
    {
        public int Id { get; set; }
        public float Absent { get; set; }
    }

    [Fact]
    public void MissingColumnsAreAnErrorUnlessIgnored()
    {
        IDataView view = _ml.Data.LoadFromEnumerable(Rows);
        var error = Assert.Throws<ArgumentOutOfRangeException>(() => _ml.Data.CreateEnumerable<Wider>(view, false).ToList());
        Assert.Contains("Could not find", error.Message);
        Assert.Contains("column 'Absent'", error.Message);
        Assert.Equal([1, 2], _ml.Data.CreateEnumerable<Wider>(view, false, ignoreMissingColumns: true).Select(r => r.Id));
    }

    private sealed class WrongType
    {
        public float Id { get; set; }
    }

    [Fact]
    public void SaysWhichColumnDoesNotFitWhichMember()
    {
        var error = Assert.Throws<InvalidOperationException>(() => _ml.Data.CreateEnumerable<WrongType>(_ml.Data.LoadFromEnumerable(Rows), false).ToList());
        Assert.Contains("Can't bind the IDataView column 'Id' of type 'Int32' to field or property 'Id' of type 'System.Single'", error.Message);
    }

    private sealed class WithList { public List<float>? Values { get; set; } }
    private sealed class WithJagged { public float[][]? Values { get; set; } }
    private sealed class WithMemory { public ReadOnlyMemory<float> Values { get; set; } }
    private sealed class WithHalf { public Half Value { get; set; } }
    private sealed class WithNullable { public double? Value { get; set; } }

    [Fact]
    public void MembersWithoutAColumnTypeAreRefused()
    {
        Refused<WithList>();
        Refused<WithJagged>();
        Refused<WithMemory>();
        Refused<WithHalf>();
        Refused<WithNullable>();

        void Refused<T>() where T : class
        {
            var error = Assert.Throws<ArgumentOutOfRangeException>(() => _ml.Data.LoadFromEnumerable(Array.Empty<T>()));
            Assert.Contains("Could not determine an IDataView type", error.Message);
        }
    }

    private sealed class WithMatrix
    {
        public float[,] Values { get; set; } = new float[2, 2];
    }

    [Fact]
    public void MatricesAreTakenBySchemaAndFailOnReading()
    {
        IDataView view = _ml.Data.LoadFromEnumerable(new[] { new WithMatrix() });
        Assert.Equal("Vector<Single>", view.Schema["Values"].Type.ToString());
        Assert.Throws<NullReferenceException>(() => view.GetColumn<float[]>("Values").ToList());
    }

    private sealed class Keyed
    {
        [KeyType(3)]
        public uint Key { get; set; }

        [KeyType(3)]
        public uint[] Keys { get; set; } = [];
    }

    [Fact]
    public void ScalarKeyMembersCountFromZeroAndVectorsFromOne()
    {
        IDataView view = _ml.Data.LoadFromEnumerable(new Keyed[] { new() { Key = 0, Keys = [0, 1] }, new() { Key = 2 }, new() { Key = 3 } });
        Assert.Equal("Key<UInt32, 0-2>", view.Schema["Key"].Type.ToString());
        Assert.Equal([1u, 3u, 0u], view.GetColumn<uint>("Key"));
        Assert.Equal([0u, 1u], view.GetColumn<uint[]>("Keys").First());
    }

    [Fact]
    public void RowsAreReadLazilyAndOnceACursor()
    {
        int read = 0;
        IDataView view = _ml.Data.LoadFromEnumerable(Enumerable.Range(0, 100).Select(i =>
        {
            read++;
            return new Wider { Id = i };
        }));
        Assert.Equal(0, read);
        using (DataViewRowCursor cursor = view.GetRowCursor(view.Schema))
        {
            Assert.Equal(0, read);
            Assert.True(cursor.MoveNext());
            Assert.Equal(1, read);
            Assert.Equal(0, cursor.Position);
        }
        Assert.Null(view.GetRowCount());
        Assert.Equal(100, view.GetColumn<int>("Id").Count());
        Assert.Equal(101, read);
    }

    [Fact]
    public void ColumnsNotAskedForAreNotActive()
    {
        IDataView view = _ml.Data.LoadFromEnumerable(Rows);
        using DataViewRowCursor cursor = view.GetRowCursor([view.Schema["Id"]]);
        Assert.False(cursor.IsColumnActive(view.Schema["Name"]));
        var error = Assert.Throws<ArgumentOutOfRangeException>(() => cursor.GetGetter<ReadOnlyMemory<char>>(view.Schema["Name"]));
        Assert.Contains("requested column not active", error.Message);
        Assert.Throws<InvalidOperationException>(() => cursor.GetGetter<long>(view.Schema["Id"]));
    }

    [Fact]
    public void EndedAndDisposedCursorsStandNowhere()
    {
        IDataView view = _ml.Data.LoadFromEnumerable(Rows);
        using DataViewRowCursor cursor = view.GetRowCursor(view.Schema);
        while (cursor.MoveNext())
        {
        }
        Assert.Equal(-1, cursor.Position);
        Assert.False(cursor.MoveNext());
    }

    [Fact]
    public void NullRowsAreAnError()
    {
        IDataView view = _ml.Data.LoadFromEnumerable(new Row[] { null! });
        Assert.Throws<InvalidOperationException>(() => view.GetColumn<int>("Id").ToList());
    }

    [Fact]
    public void AnnotationsComeFromTheSchemaDefinition()
    {
        SchemaDefinition definition = SchemaDefinition.Create(typeof(Row));
        definition["Fixed"].AddAnnotation("SlotNames", new[] { "x", "y" }, new VectorDataViewType(TextDataViewType.Instance, 2));
        definition["Open"].ColumnType = new VectorDataViewType(NumberDataViewType.Single, 3);
        DataViewSchema schema = _ml.Data.LoadFromEnumerable(Rows, definition).Schema;
        Assert.Equal(["x", "y"], schema["Fixed"].SlotNames());
        Assert.Equal("Vector<Single, 3>", schema["Open"].Type.ToString());
    }

    [Fact]
    public void ColumnTypesComeFromASchema()
    {
        var builder = new DataViewSchema.Builder();
        builder.AddColumn("Fixed", new VectorDataViewType(NumberDataViewType.Single, 2), Schemas.Named("x", "y"));
        DataViewSchema schema = _ml.Data.LoadFromEnumerable(Rows, builder.ToSchema()).Schema;
        Assert.Equal(["x", "y"], schema["Fixed"].SlotNames());
    }
}
