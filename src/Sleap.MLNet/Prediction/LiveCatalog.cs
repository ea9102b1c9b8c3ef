using System.Runtime.CompilerServices;
using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Transforms.Image;
using Sleap.IO;
using Sleap.Transforms;

namespace Sleap.MLNet;

public static partial class ModelCatalog
{
    /// <summary>
    /// Creates a pipeline from single frames to all columns of a chain, with the memory of the frames before.
    /// </summary>
    /// <param name="pose">From <c>mlContext.Pose()</c>.</param>
    /// <param name="model">
    /// A model or a chain, trained or loaded, of steps of this library and of ML.NET's that map row for row. It is
    /// shared and must not be disposed before the pipeline.
    /// </param>
    /// <param name="options">Size of the frames, warm-up, statistics and longest delay; null for the defaults.</param>
    /// <returns>
    /// A pipeline whose rows have the columns Video (empty), FrameIndex and Image as the model names them, and all that
    /// the chain adds.
    /// </returns>
    /// <exception cref="ArgumentException">
    /// A step neither is of this library nor maps row for row, a column is missing or has another type, the delay is
    /// longer than <see cref="LiveOptions.MaxDelay"/>, or an option is invalid.
    /// </exception>
    public static LivePipeline<Frame, LiveRow> CreateLivePipeline(
        this PoseCatalog pose,
        ITransformer model,
        LiveOptions? options = null
    ) => CreateLivePipeline<Frame>(pose, model, null, options);

    /// <summary>Creates a pipeline from single rows to all columns of a chain, see the first overload.</summary>
    /// <typeparam name="TIn">A class with a property for each column needed, or <see cref="Frame"/>.</typeparam>
    /// <param name="pose">From <c>mlContext.Pose()</c>.</param>
    /// <param name="model">A model or a chain.</param>
    /// <param name="inputSchema">
    /// The schema of a view of such rows, for types and annotations that a class does not have, such as the skeleton of
    /// a keypoint column; null: those of the class.
    /// </param>
    /// <param name="options">Options; null for the defaults.</param>
    /// <exception cref="ArgumentException">As in the first overload.</exception>
    public static LivePipeline<TIn, LiveRow> CreateLivePipeline<TIn>(
        this PoseCatalog pose,
        ITransformer model,
        DataViewSchema? inputSchema,
        LiveOptions? options = null
    )
        where TIn : class =>
        CreateLivePipeline<TIn, LiveRow>(pose, model, inputSchema, options, LiveRow.ColumnsOf, LiveRow.Open);

    /// <summary>Creates a pipeline from single rows to rows of a class, see the first overload.</summary>
    /// <typeparam name="TIn">A class with a property for each column needed, or <see cref="Frame"/>.</typeparam>
    /// <typeparam name="TOut">A class with a property for each column wanted, as for
    /// <c>CreateEnumerable</c>.</typeparam>
    /// <param name="pose">From <c>mlContext.Pose()</c>.</param>
    /// <param name="model">A model or a chain. Steps that <typeparamref name="TOut"/> does not need are not
    /// run.</param>
    /// <param name="inputSchema">See the second overload; null: that of the class.</param>
    /// <param name="options">Options; null for the defaults.</param>
    /// <exception cref="ArgumentException">As in the first overload.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The chain has no column of a property of
    /// <typeparamref name="TOut"/>.</exception>
    public static LivePipeline<TIn, TOut> CreateLivePipeline<TIn, TOut>(
        this PoseCatalog pose,
        ITransformer model,
        DataViewSchema? inputSchema = null,
        LiveOptions? options = null
    )
        where TIn : class
        where TOut : class, new()
    {
        var wanted = SchemaDefinition.Create(typeof(TOut), SchemaDefinition.Direction.Write);
        return CreateLivePipeline<TIn, TOut>(
            pose,
            model,
            inputSchema,
            options,
            schema =>
                wanted.Select(column => schema.GetColumnOrNull(column.ColumnName)).OfType<DataViewSchema.Column>(),
            row =>
            {
                var rows = pose.Context.Data.CreateEnumerable<TOut>(new EmittedView(row), reuseRowObject: false);
                var emitted = rows.GetEnumerator();
                return () =>
                {
                    emitted.MoveNext();
                    return emitted.Current;
                };
            }
        );
    }

    private static LivePipeline<TIn, TOut> CreateLivePipeline<TIn, TOut>(
        PoseCatalog pose,
        ITransformer model,
        DataViewSchema? inputSchema,
        LiveOptions? options,
        Func<DataViewSchema, IEnumerable<DataViewSchema.Column>> columns,
        Func<DataViewRow, Func<TOut>> openReader
    )
        where TIn : class
        where TOut : class
    {
        ArgumentNullException.ThrowIfNull(pose);
        ArgumentNullException.ThrowIfNull(model);
        var chosen = (options ?? new()).Checked();
        var current = new StrongBox<TIn?>();
        (var schema, var openSource) = current is StrongBox<Frame?> frame
            ? FrameSource(model, frame)
            : RowSource(pose.Context, inputSchema, current);
        var chain = new LiveChain(model, schema);
        return new LivePipeline<TIn, TOut>(chain, current, Begin, chosen);

        (LiveRows, Func<TOut>) Begin()
        {
            var rows = chain.Open(columns(chain.OutputSchema), openSource);
            return (rows, openReader(rows.Row));
        }
    }

    private static (DataViewSchema, Func<IEnumerable<DataViewSchema.Column>, DataViewRowCursor>) FrameSource(
        ITransformer model,
        StrongBox<Frame?> current
    )
    {
        var names = LiveChain.StepsOf(model).OfType<PoseModelTransformer>().FirstOrDefault()?.ColumnNames ?? new();
        var schema = PushedFrames.SchemaOf(names);
        return (schema, _ => new PushedFrames(schema, () => current.Value!));
    }

    private static (DataViewSchema, Func<IEnumerable<DataViewSchema.Column>, DataViewRowCursor>) RowSource<TIn>(
        MLContext ml,
        DataViewSchema? inputSchema,
        StrongBox<TIn?> current
    )
        where TIn : class
    {
        var view = inputSchema is null
            ? ml.Data.LoadFromEnumerable(Rows())
            : ml.Data.LoadFromEnumerable(Rows(), OfClass(inputSchema));
        return (view.Schema, columns => view.GetRowCursor(columns));

        // Without an end: a cursor asks for a row only when one was pushed.
        IEnumerable<TIn> Rows()
        {
            while (true)
                yield return current.Value!;
        }

        static DataViewSchema OfClass(DataViewSchema schema)
        {
            var builder = new DataViewSchema.Builder();
            foreach (var property in SchemaDefinition.Create(typeof(TIn)))
            {
                if (schema.GetColumnOrNull(property.ColumnName) is { } column)
                    builder.AddColumn(column.Name, column.Type, column.Annotations);
            }
            return builder.ToSchema();
        }
    }

    /// <summary>A view of a row that others move: each move of its cursor is to the row as it is then.</summary>
    private sealed class EmittedView(DataViewRow row) : IDataView
    {
        public DataViewSchema Schema => row.Schema;

        public bool CanShuffle => false;

        public long? GetRowCount() => null;

        public DataViewRowCursor GetRowCursor(IEnumerable<DataViewSchema.Column> columnsNeeded, Random? rand = null) =>
            new Cursor(row);

        public DataViewRowCursor[] GetRowCursorSet(
            IEnumerable<DataViewSchema.Column> columnsNeeded,
            int n,
            Random? rand = null
        ) => [GetRowCursor(columnsNeeded, rand)];

        private sealed class Cursor(DataViewRow row) : DataViewRowCursor
        {
            public override DataViewSchema Schema => row.Schema;

            public override long Position => row.Position;

            public override long Batch => row.Batch;

            public override bool MoveNext() => true;

            public override bool IsColumnActive(DataViewSchema.Column column) => row.IsColumnActive(column);

            public override ValueGetter<DataViewRowId> GetIdGetter() => row.GetIdGetter();

            // A getter of images disposes the value that it replaces, which here is part of the row before.
            public override ValueGetter<TValue> GetGetter<TValue>(DataViewSchema.Column column)
            {
                var getter = row.GetGetter<TValue>(column);
                return column.Type is not ImageDataViewType
                    ? getter
                    : (ref TValue value) =>
                    {
                        TValue image = default!;
                        getter(ref image);
                        value = image;
                    };
            }
        }
    }
}
