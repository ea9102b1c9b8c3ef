using Microsoft.ML;
using Microsoft.ML.Data;

namespace Sleap.Transforms;

/// <summary>Stands on one animal after the other of each row of its input.</summary>
internal sealed class InstancesCursor : DataViewRowCursor
{
    private readonly MapperBinding _binding;
    private readonly InstancesMapper _mapper;
    private readonly DataViewRowCursor _input;
    private readonly bool[] _active;
    private readonly bool _keepUnseen;
    private readonly Func<float[]> _readKeypoints;
    private readonly Action?[] _readers;
    private readonly Array?[] _values;
    private float[] _keypoints = [];
    private long _position = -1;
    private int _animal;
    private int _count;
    private bool _disposed;

    public InstancesCursor(
        MapperBinding binding,
        InstancesMapper mapper,
        DataViewRowCursor input,
        bool[] active,
        bool keepUnseen
    )
    {
        _binding = binding;
        _mapper = mapper;
        _input = input;
        _active = active;
        _keepUnseen = keepUnseen;
        _readKeypoints = RowValues.Open<float>(input, mapper.Keypoints.Column);
        var outputs = binding.ActiveOutputs(active);
        _readers = new Action?[outputs.Length];
        _values = new Array?[outputs.Length];
        for (var output = 0; output < outputs.Length; output++)
        {
            if (outputs[output])
                _readers[output] = ReaderOf(output);
        }
    }

    public override DataViewSchema Schema => _binding.OutputSchema;

    public override long Position => _position;

    public override long Batch => _input.Batch;

    public override bool MoveNext()
    {
        if (_disposed)
            return false;
        _animal++;
        while (true)
        {
            for (; _animal < _count; _animal++)
            {
                if (!_keepUnseen && !IsSeen())
                    continue;
                _position++;
                return true;
            }
            if (!_input.MoveNext())
            {
                _position = -1;
                return false;
            }
            ReadRow();
        }
    }

    public override bool IsColumnActive(DataViewSchema.Column column) => _active[_binding.Index(column)];

    public override ValueGetter<DataViewRowId> GetIdGetter()
    {
        var input = _input.GetIdGetter();
        return (ref DataViewRowId value) =>
        {
            input(ref value);
            // The animal goes where ids of rows, which are counted from 0, have no bits.
            value = new DataViewRowId(value.Low, value.High ^ ((ulong)Current() << 40));
        };
    }

    public override ValueGetter<TValue> GetGetter<TValue>(DataViewSchema.Column column)
    {
        _binding.CheckGetter<TValue>(column, _active);
        var output = column.Index - _binding.InputSchema.Count;
        if (output < 0)
            return _input.GetGetter<TValue>(_binding.InputSchema[column.Index]);
        var width = _mapper.Sources[output].Width;
        Delegate getter = _mapper.Outputs[output].Type switch
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
        return (ValueGetter<TValue>)getter;
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing && !_disposed)
        {
            _disposed = true;
            _position = -1;
            _input.Dispose();
        }
        base.Dispose(disposing);
    }

    private int Current() =>
        _position >= 0
            ? _animal
            : throw new InvalidOperationException(
                "There is no current row: the cursor was not moved to one, or it is at its end."
            );

    private Action ReaderOf(int output)
    {
        var column = _mapper.Sources[output].Column;
        if (_mapper.Outputs[output].Type is KeyDataViewType)
        {
            var keys = RowValues.Open<uint>(_input, column);
            return () => _values[output] = keys();
        }
        var values = RowValues.Open<float>(_input, column);
        return () => _values[output] = values();
    }

    private void ReadRow()
    {
        _keypoints = _readKeypoints();
        _animal = 0;
        _count = _keypoints.Length / _mapper.Keypoints.Width;
        for (var output = 0; output < _readers.Length; output++)
        {
            _readers[output]?.Invoke();
            var expected = _count * _mapper.Sources[output].Width;
            if (_values[output] is { } read && read.Length != expected)
            {
                throw new InvalidDataException(
                    $"ToInstances: '{_mapper.Outputs[output].Name}' has {read.Length} values in row "
                        + $"{_input.Position}, expected {expected} for the {_count} animals of "
                        + $"'{_mapper.Keypoints.Column.Name}'. Name the columns to take in "
                        + $"{nameof(InstancesOptions.Values)}."
                );
            }
        }
    }

    private bool IsSeen()
    {
        ReadOnlySpan<float> points = _keypoints.AsSpan(_animal * _mapper.Keypoints.Width, _mapper.Keypoints.Width);
        for (var node = 0; node < points.Length / 2; node++)
        {
            if (Place.Of(points, node).IsVisible)
                return true;
        }

        return false;
    }
}
