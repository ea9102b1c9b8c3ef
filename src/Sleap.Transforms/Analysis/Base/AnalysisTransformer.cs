using Microsoft.ML;
using Microsoft.ML.Runtime;

namespace Sleap.Transforms;

/// <summary>
/// Computes values from the instances of a frame, and along their tracks; made by <see cref="AnalysisEstimator{T}"/>.
/// </summary>
/// <remarks>
/// The input is keypoints of one instance (Vector&lt;Single, nodes, 2&gt;) or of any number (Vector&lt;Single, *,
/// nodes, 2&gt;); the outputs are values of one instance or of any number in the same way. Missing values are NaN.
/// <para>An instance is followed by its track key, wherever it is in the row. An instance without a track is followed
/// when it is the only one without in its row; several are not followed, and neither are two with the same key. Nothing
/// is remembered from one video to the next, nor from before the frames of a video go back. The number of rows that are
/// read ahead does not depend on the length of the data.</para>
/// <para>A pass throws an <see cref="InvalidDataException"/> where the number of values of a column does not fit the
/// number of instances; in analyses over a window also where two consecutive rows have the same frame.</para>
/// </remarks>
/// <typeparam name="TOptions">The options, which define the analysis.</typeparam>
public sealed class AnalysisTransformer<TOptions> : PoseTransformer, ILoadable<AnalysisTransformer<TOptions>>
    where TOptions : AnalysisOptions
{
    private readonly IHostEnvironment _environment;

    internal AnalysisTransformer(IHostEnvironment environment, string inputColumn, TOptions options)
    {
        options.Check();
        _environment = environment;
        InputColumn = inputColumn;
        Options = options;
    }

    /// <summary>The name of the column that is read.</summary>
    public string InputColumn { get; }

    /// <summary>The options it was made with, which are saved with it.</summary>
    public TOptions Options { get; }

    internal override string DisplayName => Options.Component;

    internal override string? WhyNotSingleRows =>
        Options.AlongTracks ? "needs the frames before or after a frame" : null;

    static int ILoadable<AnalysisTransformer<TOptions>>.PayloadVersion => AnalysisPayload.VersionOf<TOptions>();

    static AnalysisTransformer<TOptions> ILoadable<AnalysisTransformer<TOptions>>.Load(
        IHostEnvironment environment,
        BinaryReader reader,
        int version
    ) => new(environment, reader.ReadString(), AnalysisPayload.ReadOptions<TOptions>(reader, version));

    internal override void Save(BinaryWriter writer)
    {
        writer.Write(InputColumn);
        OptionsJson.Write(writer, Options);
    }

    internal override PoseMapper CreateMapper(DataViewSchema inputSchema) =>
        new AnalysisMapper(_environment, InputColumn, Options, inputSchema);

    /// <summary>The shape of the transformed data.</summary>
    internal SchemaShape ShapeAfter(SchemaShape input)
    {
        var column = Options.InputRule.Require(input, InputColumn, Options.Component);
        AnalysisRowReader.Check(input, InputColumn, Options);
        Options.CheckShape(column);
        var isMany = column.Kind == SchemaShape.Column.VectorKind.VariableVector;
        return SchemaShapes.Append(
            input,
            Options
                .OutputsFor(column)
                .Select(output =>
                    output.Kind == OutputKind.AsInput
                        ? SchemaShapes.Renamed(column, output.Name)
                        : SchemaShapes.Of([output.ToColumn(isMany)])[0]
                )
        );
    }
}
