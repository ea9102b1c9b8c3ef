namespace Sleap.Transforms;

/// <summary>An <see cref="AnalysisTransformer"/> with its options, which are saved with it.</summary>
/// <typeparam name="TOptions">The options: a record.</typeparam>
public abstract class AnalysisTransformer<TOptions> : AnalysisTransformer
    where TOptions : class
{
    private protected AnalysisTransformer(string inputColumn, TOptions options)
        : base(inputColumn) => Options = options;

    /// <summary>What it was made with.</summary>
    public TOptions Options { get; }

    internal override void Save(BinaryWriter writer)
    {
        writer.Write(InputColumn);
        OptionsText.Write(writer, Options);
    }
}
