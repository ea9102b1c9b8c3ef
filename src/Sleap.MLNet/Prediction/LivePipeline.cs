using System.Diagnostics;
using System.Runtime.CompilerServices;
using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Transforms.Image;
using Sleap.IO;
using Sleap.Transforms;

namespace Sleap.MLNet;

/// <summary>
/// A chain of transformers for rows that come one at a time: a model, tracking, analyses, classifiers of ML.NET. Each
/// step remembers the rows before, as in a pass over a view, so the results are those of <c>Transform</c>.
/// </summary>
/// <remarks>
/// <para>No later row is used, except by steps over a window around the frame. These wait for the later rows of their
/// window, and a row comes out <see cref="Delay"/> pushes later. Memory does not grow with the number of rows.</para>
/// <para>It is not thread-safe: use one pipeline for each stream of frames, on one thread at a time. Several pipelines
/// may share a model, also on several threads at once. The model must not be disposed before them.</para>
/// </remarks>
/// <typeparam name="TIn">
/// The rows that come in: <see cref="Frame"/>, or a class with a property for each column needed, as for
/// <c>PredictionEngine</c>.
/// </typeparam>
/// <typeparam name="TOut">
/// The rows that come out: <see cref="LiveRow"/> with all columns, or a class with a property for each column wanted.
/// Only what these need is computed.
/// </typeparam>
public sealed class LivePipeline<TIn, TOut> : IDisposable
    where TIn : class
    where TOut : class
{
    private readonly LiveChain _chain;
    private readonly StrongBox<TIn?> _current;
    private readonly Func<(LiveRows, Func<TOut>)> _begin;
    private readonly LatencyWindow _latency;
    private LiveRows _rows;
    private Func<TOut> _read;
    private Exception? _fault;
    private bool _disposed;

    /// <param name="chain">The steps.</param>
    /// <param name="current">What the source returns as its next row.</param>
    /// <param name="begin">Starts without memory: the rows, and a function that reads the emitted one.</param>
    /// <param name="options">Checked options.</param>
    /// <exception cref="ArgumentException">The delay is longer than the options allow.</exception>
    internal LivePipeline(
        LiveChain chain,
        StrongBox<TIn?> current,
        Func<(LiveRows, Func<TOut>)> begin,
        LiveOptions options
    )
    {
        (_chain, _current, _begin) = (chain, current, begin);
        _latency = new LatencyWindow(options.LatencyWindow);
        (_rows, _read) = begin();
        Delay = _rows.Delays.Sum(step => step.Rows);
        if (Delay > options.MaxDelay)
        {
            _rows.Dispose();
            throw new ArgumentException(
                $"The chain gives the results of a frame {Delay} frames later, and {nameof(LiveOptions.MaxDelay)} is "
                    + $"{options.MaxDelay}. Steps that wait for later frames: "
                    + $"{string.Join(", ", _rows.Delays.Select(step => $"{step.Name} ({step.Rows})"))}.",
                nameof(options)
            );
        }
        foreach (var model in chain.Steps.OfType<PoseModelTransformer>())
            model.Predictor.WarmUp(options, model.Frame);
    }

    /// <summary>
    /// Number of frames that must follow a frame before its rows come out: 0, or the sum of the later frames that the
    /// steps need, such as half the window of <c>Smooth</c>.
    /// </summary>
    public int Delay { get; }

    /// <summary>The columns behind the last step.</summary>
    public DataViewSchema OutputSchema => _chain.OutputSchema;

    /// <summary>Latency of the last calls of <see cref="Push"/>, from the call to its results.</summary>
    public LatencySummary Latency => _latency.Summary;

    /// <summary>Takes the next frame.</summary>
    /// <param name="input">The frame or row; not kept. Frame numbers must rise, and gaps between them are
    /// allowed.</param>
    /// <returns>
    /// The rows that are ready: that of the frame <see cref="Delay"/> frames ago, none for the first frames. Behind
    /// <c>ToInstances</c> a frame has a row for each instance, or none.
    /// </returns>
    /// <exception cref="InvalidOperationException">
    /// A step failed in an earlier frame, so that its memory is not whole: create another pipeline. Or the frames are
    /// not in order.
    /// </exception>
    /// <exception cref="ObjectDisposedException">The pipeline or its model was disposed.</exception>
    public IReadOnlyList<TOut> Push(TIn input)
    {
        ArgumentNullException.ThrowIfNull(input);
        var start = Stopwatch.GetTimestamp();
        _current.Value = input;
        var results = Run(_rows.Push);
        _current.Value = null;
        _latency.Add(Stopwatch.GetElapsedTime(start));
        return results;
    }

    /// <summary>Ends the recording: the next frame is the first of another one, without memory.</summary>
    /// <returns>The rows that waited for later frames, as at the end of a view.</returns>
    /// <exception cref="InvalidOperationException">A step failed in an earlier frame.</exception>
    /// <exception cref="ObjectDisposedException">The pipeline or its model was disposed.</exception>
    public IReadOnlyList<TOut> Flush()
    {
        var results = Run(_rows.End);
        _rows.Dispose();
        (_rows, _read) = _begin();
        return results;
    }

    /// <summary>Releases what the steps hold; the model stays.</summary>
    public void Dispose()
    {
        _disposed = true;
        _rows.Dispose();
    }

    private List<TOut> Run(Action<Action> run)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        if (_fault is not null)
        {
            throw new InvalidOperationException(
                "A step failed in an earlier frame, so that its memory is not whole. Create another pipeline.",
                _fault
            );
        }
        List<TOut> results = [];
        try
        {
            run(() => results.Add(_read()));
        }
        catch (Exception fault)
        {
            _fault = fault;
            throw;
        }
        return results;
    }
}

/// <summary>A row of a <see cref="LivePipeline{TIn, TOut}"/>: a copy of all its columns but images.</summary>
public sealed class LiveRow
{
    private readonly object?[] _values;

    private LiveRow(DataViewSchema schema, object?[] values) => (Schema, _values) = (schema, values);

    /// <summary>The columns.</summary>
    public DataViewSchema Schema { get; }

    /// <summary>The value of a column.</summary>
    /// <typeparam name="T">
    /// The type of the column's values: for instance float, uint (a key; 0 = none), string (text); an array of it for a
    /// vector.
    /// </typeparam>
    /// <param name="column">The name of the column.</param>
    /// <exception cref="ArgumentException">There is no such column, it has another type, or it is an image.</exception>
    public T Get<T>(string column)
    {
        ArgumentNullException.ThrowIfNull(column);
        return Schema.GetColumnOrNull(column) is not { } found
                ? throw new ArgumentException(
                    $"There is no column '{column}'. There are: {ColumnNames.Of(Schema)}.",
                    nameof(column)
                )
            : _values[found.Index] is T value ? value
            : throw new ArgumentException(
                $"The column '{column}' is {found.Type}, and "
                    + (
                        _values[found.Index] is { } other
                            ? $"its values are {other.GetType()}, not {typeof(T)}."
                            : "images are not copied: use a pipeline of rows of your own class."
                    ),
                nameof(column)
            );
    }

    /// <summary>The columns that a row has: of several of a name the last one, and no images.</summary>
    internal static IEnumerable<DataViewSchema.Column> ColumnsOf(DataViewSchema schema) =>
        schema.Where(column => !column.IsHidden && column.Type is not ImageDataViewType);

    /// <summary>A function that copies the current row.</summary>
    internal static Func<LiveRow> Open(DataViewRow row)
    {
        var values = new Func<object>?[row.Schema.Count];
        foreach (var column in ColumnsOf(row.Schema))
        {
            var item = (column.Type as VectorDataViewType)?.ItemType ?? column.Type;
            values[column.Index] = ((Func<DataViewRow, DataViewSchema.Column, Func<object>>)OpenColumn<float>)
                .Method.GetGenericMethodDefinition()
                .MakeGenericMethod(item.RawType)
                .CreateDelegate<Func<DataViewRow, DataViewSchema.Column, Func<object>>>()(row, column);
        }
        return () => new LiveRow(row.Schema, [.. values.Select(value => value?.Invoke())]);
    }

    private static Func<object> OpenColumn<T>(DataViewRow row, DataViewSchema.Column column)
    {
        var read = RowValues.Open<T>(row, column);
        Func<Array> values = read is Func<ReadOnlyMemory<char>[]> texts
            ? () => Array.ConvertAll(texts(), text => text.ToString())
            : read;
        return column.Type is VectorDataViewType ? values : () => values().GetValue(0)!;
    }
}
