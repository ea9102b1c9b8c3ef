using Microsoft.ML.Runtime;

namespace Sleap.Transforms;

/// <summary>
/// Smooths keypoints along their tracks; see <see cref="CleaningCatalog.Smooth(PoseCatalog, string, SmoothOptions)"/>.
/// </summary>
public sealed class SmoothingTransformer : AnalysisTransformer<SmoothOptions>, ILoadable<SmoothingTransformer>
{
    internal SmoothingTransformer(string inputColumn, SmoothOptions options)
        : base(inputColumn, options.Checked()) { }

    static int ILoadable<SmoothingTransformer>.PayloadVersion => 2;

    internal override string Component => "Smooth";

    internal override PoseColumnOptions ColumnNames => Options.Columns;

    internal override int RowsBehind => Options.Method == SmoothMethod.OneEuro ? 0 : Options.Window / 2;

    internal override int RowsAhead => RowsBehind;

    internal override IReadOnlyList<AnalysisOutput> OutputsFor(AnimalColumn? input) =>
        [new(Options.OutputColumn ?? InputColumn, OutputKind.AsInput)];

    internal override Func<AnalysisComputation> Bind(AnimalColumn input) =>
        Options.Method switch
        {
            SmoothMethod.OneEuro => () => new OneEuroComputation(Options),
            SmoothMethod.SavitzkyGolay => () =>
                new WindowSmoothingComputation(
                    Options.Window / 2,
                    new PolynomialFit(Options.Window / 2, Options.PolynomialOrder).AtCenter
                ),
            SmoothMethod.Mean => () =>
                new WindowSmoothingComputation(
                    Options.Window / 2,
                    static (_, values) => WindowSmoothingComputation.Mean(values)
                ),
            _ => () =>
                new WindowSmoothingComputation(
                    Options.Window / 2,
                    static (_, values) => WindowSmoothingComputation.Median(values)
                ),
        };

    static SmoothingTransformer ILoadable<SmoothingTransformer>.Load(
        IHostEnvironment environment,
        BinaryReader reader,
        int version
    )
    {
        var input = reader.ReadString();
        return version > 1
            ? new(input, OptionsText.Read<SmoothOptions>(reader))
            : new(
                input,
                new SmoothOptions
                {
                    OutputColumn = reader.ReadString(),
                    Window = reader.ReadInt32(),
                    Method = (SmoothMethod)reader.ReadInt32(),
                    Columns = new PoseColumnOptions { Video = reader.ReadString(), FrameIndex = reader.ReadString() },
                }
            );
    }
}
