using Microsoft.ML;
using Microsoft.ML.Data;

namespace Sleap.Transforms;

/// <summary>The instances of a view as rows; lazy, one row of the input at a time.</summary>
internal sealed class InstancesDataView(IDataView input, MapperBinding binding, bool keepUnseen)
    : IDataView,
        IFrameReporting
{
    public DataViewSchema Schema => binding.OutputSchema;

    public bool CanShuffle => input.CanShuffle;

    public FrameReport? Report() => (input as IFrameReporting)?.Report();

    public bool IsUnreadable(string video, int frameIndex) =>
        input is IFrameReporting frames && frames.IsUnreadable(video, frameIndex);

    /// <summary>Unknown before all rows were read.</summary>
    public long? GetRowCount() => null;

    public DataViewRowCursor GetRowCursor(IEnumerable<DataViewSchema.Column> columnsNeeded, Random? rand = null)
    {
        var active = binding.Active(columnsNeeded);
        var rows = input.GetRowCursor(InstancesMapper.InputsFor(binding, active), rand);
        return new QueuedCursor(rows, new InstancesRow(binding, rows, active, keepUnseen));
    }

    public DataViewRowCursor[] GetRowCursorSet(
        IEnumerable<DataViewSchema.Column> columnsNeeded,
        int n,
        Random? rand = null
    ) => [GetRowCursor(columnsNeeded, rand)];
}

/// <summary>The columns of any number of instances that become columns of one.</summary>
internal sealed class InstancesMapper : PoseMapper
{
    private readonly List<OutputColumn> _outputs = [];
    private readonly List<(DataViewSchema.Column Column, int Width)> _sources = [];

    public InstancesMapper(InstancesTransformer owner, DataViewSchema schema)
    {
        Keypoints = InstanceColumn.Keypoints(schema, owner.InputColumn, InstancesTransformer.Component);
        owner.Options.CheckValues(schema.Select(column => column.Name), ColumnNames.Of(schema));
        foreach (var column in schema)
        {
            if (
                column.IsHidden
                || column.Type is not VectorDataViewType { IsKnownSize: false } vector
                || (column.Index != Keypoints.Column.Index && !owner.Options.Takes(column.Name, owner.InputColumn))
            )
            {
                continue;
            }
            if (vector.ItemType is KeyDataViewType key && key.RawType == typeof(uint))
                Add(column, 1, TrackOf(column, key));
            else if (vector.ItemType == NumberDataViewType.Single)
                AddValues(owner, schema, column);
        }
    }

    public InstanceColumn Keypoints { get; }

    /// <summary>For each output the input column, and how many values of it an instance has.</summary>
    public IReadOnlyList<(DataViewSchema.Column Column, int Width)> Sources => _sources;

    public override IReadOnlyList<OutputColumn> Outputs => _outputs;

    public override IReadOnlyList<DataViewSchema.Column> Inputs => [.. _sources.Select(source => source.Column)];

    public override PosePass Begin(DataViewRow input, IReadOnlyList<bool> activeOutputs) =>
        throw new InvalidOperationException("ToInstances does not map row for row; its rows do the work.");

    /// <summary>
    /// The input columns that the active columns need. The keypoints tell how many instances there are, whatever is
    /// asked for.
    /// </summary>
    public static IEnumerable<DataViewSchema.Column> InputsFor(MapperBinding binding, bool[] active) =>
        binding
            .InputsFor(active)
            .Append(((InstancesMapper)binding.Mapper).Keypoints.Column)
            .DistinctBy(column => column.Index);

    private static OutputColumn TrackOf(DataViewSchema.Column column, KeyDataViewType key)
    {
        var annotations = new DataViewSchema.Annotations.Builder();
        if (column.HasKeyValues())
        {
            VBuffer<ReadOnlyMemory<char>> names = default;
            column.GetKeyValues(ref names);
            SkeletonAnnotations.AddKeyValues(annotations, names.DenseValues().Select(name => name.ToString()));
        }
        return new OutputColumn(column.Name, key, annotations.ToAnnotations());
    }

    private void AddValues(InstancesTransformer owner, DataViewSchema schema, DataViewSchema.Column column)
    {
        var values = InstanceColumn.Values(schema, column.Name, InstancesTransformer.Component);
        string[] kinds = [.. column.Annotations?.Schema.Select(annotation => annotation.Name) ?? []];
        var slots =
            values.SlotNames()
            ?? (
                InstancesTransformer.IsNamedByNodes(column.Name, kinds, owner.Options) ? Keypoints.Skeleton.Nodes : null
            );
        // Keypoints without names have numbered nodes, here as elsewhere.
        if (column.Index != Keypoints.Column.Index && values.Width != (slots?.Count ?? 1))
        {
            throw new ArgumentException(
                $"ToInstances: '{column.Name}' is {column.Type} and does not name its {values.Width} values. Leave "
                    + $"it out of {nameof(InstancesOptions.Values)}."
            );
        }
        Add(
            column,
            values.Width,
            InstancesTransformer.ColumnOf(
                column.Name,
                kinds,
                owner.InputColumn,
                owner.Options,
                values.Width % 2 == 0 ? values.Skeleton : Keypoints.Skeleton,
                slots ?? []
            )
        );
    }

    private void Add(DataViewSchema.Column column, int width, OutputColumn output)
    {
        _sources.Add((column, width));
        _outputs.Add(output);
    }
}

/// <summary>The instances of each row of the input.</summary>
internal sealed class InstancesRow : QueuedRow
{
    private readonly InstancesMapper _mapper;
    private readonly bool _keepUnseen;
    private readonly Func<float[]> _readKeypoints;
    private readonly Action?[] _readers;
    private readonly Array?[] _values;
    private float[] _keypoints = [];
    private int _instance;
    private int _count;

    public InstancesRow(MapperBinding binding, DataViewRow input, bool[] active, bool keepUnseen)
        : base(binding, input, active)
    {
        _mapper = (InstancesMapper)binding.Mapper;
        _keepUnseen = keepUnseen;
        _readKeypoints = RowValues.Open<float>(input, _mapper.Keypoints.Column);
        var outputs = binding.ActiveOutputs(active);
        _readers = new Action?[outputs.Length];
        _values = new Array?[outputs.Length];
        for (var output = 0; output < outputs.Length; output++)
        {
            if (outputs[output])
                _readers[output] = ReaderOf(output);
        }
    }

    public override long Batch => Input.Batch;

    public override void Add()
    {
        _keypoints = _readKeypoints();
        _instance = -1;
        _count = _keypoints.Length / _mapper.Keypoints.Width;
        for (var output = 0; output < _readers.Length; output++)
        {
            _readers[output]?.Invoke();
            var expected = _count * _mapper.Sources[output].Width;
            if (_values[output] is { } read && read.Length != expected)
            {
                throw new InvalidDataException(
                    $"ToInstances: '{_mapper.Outputs[output].Name}' has {read.Length} values in row "
                        + $"{Input.Position}, expected {expected} for the {_count} instances of "
                        + $"'{_mapper.Keypoints.Column.Name}'. Name the columns to take in "
                        + $"{nameof(InstancesOptions.Values)}."
                );
            }
        }
    }

    public override ValueGetter<DataViewRowId> GetIdGetter()
    {
        var input = Input.GetIdGetter();
        return (ref DataViewRowId value) =>
        {
            input(ref value);
            // The instance goes into bits that ids of rows, which are counted from 0, do not use.
            value = new DataViewRowId(value.Low, value.High ^ ((ulong)Current() << 40));
        };
    }

    protected override bool MoveToNext()
    {
        while (++_instance < _count)
        {
            if (_keepUnseen || IsSeen())
                return true;
        }
        return false;
    }

    protected override Delegate? CreateGetter(DataViewSchema.Column column)
    {
        var output = column.Index - Binding.InputSchema.Count;
        if (output < 0)
            return null;
        var width = _mapper.Sources[output].Width;
        return _mapper.Outputs[output].Type switch
        {
            VectorDataViewType => (ValueGetter<VBuffer<float>>)(
                (ref VBuffer<float> value) =>
                    SkeletonAnnotations.Copy<float>(
                        ((float[])_values[output]!).AsSpan(Current() * width, width),
                        ref value
                    )
            ),
            KeyDataViewType => (ValueGetter<uint>)((ref uint value) => value = ((uint[])_values[output]!)[Current()]),
            _ => (ValueGetter<float>)((ref float value) => value = ((float[])_values[output]!)[Current()]),
        };
    }

    private int Current()
    {
        CheckCurrent();
        return _instance;
    }

    private Action ReaderOf(int output)
    {
        var column = _mapper.Sources[output].Column;
        if (_mapper.Outputs[output].Type is KeyDataViewType)
        {
            var keys = RowValues.Open<uint>(Input, column);
            return () => _values[output] = keys();
        }
        var values = RowValues.Open<float>(Input, column);
        return () => _values[output] = values();
    }

    private bool IsSeen()
    {
        ReadOnlySpan<float> points = _keypoints.AsSpan(_instance * _mapper.Keypoints.Width, _mapper.Keypoints.Width);
        for (var node = 0; node < points.Length / 2; node++)
        {
            if (Vector2D.Of(points, node).IsVisible)
                return true;
        }

        return false;
    }
}
