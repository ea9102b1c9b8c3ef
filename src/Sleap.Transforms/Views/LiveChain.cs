using Microsoft.ML;
using Microsoft.ML.Data;

namespace Sleap.Transforms;

/// <summary>A transformer, or a chain of them, bound to a schema for rows that come one at a time.</summary>
internal sealed class LiveChain
{
    private readonly List<(string Name, IRowToRowMapper Mapper)> _steps = [];

    /// <exception cref="ArgumentException">A step is neither of this library nor maps row for row, or a column is
    /// missing or has another type.</exception>
    public LiveChain(ITransformer model, DataViewSchema inputSchema)
    {
        OutputSchema = inputSchema;
        Steps = [.. StepsOf(model)];
        foreach (var step in Steps)
        {
            var mapper = step switch
            {
                PoseTransformer ours => ours.GetLiveMapper(OutputSchema),
                { IsRowToRowMapper: true } => step.GetRowToRowMapper(OutputSchema),
                _ => throw new ArgumentException(
                    $"{step.GetType().Name} does not map row for row, so that it cannot follow rows that come one at a "
                        + $"time. Leave it out of the chain, or use Transform.",
                    nameof(model)
                ),
            };
            _steps.Add(((step as PoseTransformer)?.DisplayName ?? step.GetType().Name, mapper));
            OutputSchema = mapper.OutputSchema;
        }
    }

    /// <summary>The transformers, first to last.</summary>
    public IReadOnlyList<ITransformer> Steps { get; }

    public DataViewSchema OutputSchema { get; }

    /// <summary>Begins with a row of the source, without memory.</summary>
    /// <param name="columns">The columns of <see cref="OutputSchema"/> that will be asked for.</param>
    /// <param name="source">Opens the source for the columns needed of it; disposed with the rows.</param>
    public LiveRows Open(
        IEnumerable<DataViewSchema.Column> columns,
        Func<IEnumerable<DataViewSchema.Column>, DataViewRowCursor> source
    )
    {
        var active = new IEnumerable<DataViewSchema.Column>[_steps.Count + 1];
        active[^1] = [.. columns];
        for (var step = _steps.Count; step > 0; step--)
            active[step - 1] = [.. _steps[step - 1].Mapper.GetDependencies(active[step])];
        var cursor = source(active[0]);
        DataViewRow row = cursor;
        List<(string Name, QueuedRow Row)> queues = [];
        for (var step = 0; step < _steps.Count; step++)
        {
            row = _steps[step].Mapper.GetRow(row, active[step + 1]);
            if (row is QueuedRow queue)
                queues.Add((_steps[step].Name, queue));
        }
        return new LiveRows(cursor, row, queues);
    }

    public static IEnumerable<ITransformer> StepsOf(ITransformer model) =>
        model is IEnumerable<ITransformer> chain ? chain.SelectMany(StepsOf) : [model];
}

/// <summary>The rows of a <see cref="LiveChain"/> and what its steps remember.</summary>
/// <param name="source">Moves to a row with each push.</param>
/// <param name="last">The row behind the last step, which disposes those before it.</param>
/// <param name="queues">The rows of the steps that need other rows too, first to last.</param>
internal sealed class LiveRows(
    DataViewRowCursor source,
    DataViewRow last,
    IReadOnlyList<(string Name, QueuedRow Row)> queues
) : IDisposable
{
    /// <summary>The row behind the last step: current while it is emitted.</summary>
    public DataViewRow Row => last;

    /// <summary>The steps that wait for later rows, and for how many.</summary>
    public IEnumerable<(string Name, int Rows)> Delays =>
        queues.Where(queue => queue.Row.Delay > 0).Select(queue => (queue.Name, queue.Row.Delay));

    /// <summary>Takes the next row of the source.</summary>
    /// <param name="emit">Called for each row that is ready, while it is current.</param>
    public void Push(Action emit)
    {
        if (!source.MoveNext())
            throw new InvalidOperationException("The source of the rows has ended.");
        Pass(0, emit);
    }

    /// <summary>
    /// Emits the rows that wait for later ones, as at the end of a view. No row may be pushed after it.
    /// </summary>
    public void End(Action emit)
    {
        for (var queue = 0; queue < queues.Count; queue++)
        {
            queues[queue].Row.End();
            EmitReady(queue, emit);
        }
    }

    public void Dispose() => last.Dispose();

    // The row before this queue is current.
    private void Pass(int queue, Action emit)
    {
        if (queue == queues.Count)
        {
            emit();
            return;
        }
        queues[queue].Row.Add();
        EmitReady(queue, emit);
    }

    private void EmitReady(int queue, Action emit)
    {
        while (queues[queue].Row.MoveNext())
            Pass(queue + 1, emit);
    }
}
