using Microsoft.ML.Runtime;

[assembly: Microsoft.ML.LoadableClass(typeof(Microsoft.ML.IDataLoader<Microsoft.ML.Data.IMultiStreamSource>),
    typeof(Microsoft.ML.Data.CompositeDataLoader), null, typeof(Microsoft.ML.SignatureLoadModel),
    "Composite Loader", Microsoft.ML.Data.CompositeDataLoader.LoaderSignature)]

namespace Microsoft.ML.Data;

/// <summary>A loader with a chain of transformers behind it.</summary>
public sealed class CompositeDataLoader<TSource, TLastTransformer> : IDataLoader<TSource>, IDisposable
    where TLastTransformer : class, ITransformer
{
    public readonly IDataLoader<TSource> Loader;
    public readonly TransformerChain<TLastTransformer> Transformer;

    public CompositeDataLoader(IDataLoader<TSource> loader, TransformerChain<TLastTransformer> transformerChain = null)
    {
        Contracts.CheckValue(loader, nameof(loader));
        Loader = loader;
        Transformer = transformerChain ?? new TransformerChain<TLastTransformer>();
    }

    public CompositeDataLoader<TSource, TNewLast> AppendTransformer<TNewLast>(TNewLast transformer)
        where TNewLast : class, ITransformer
    {
        Contracts.CheckValue(transformer, nameof(transformer));
        return new CompositeDataLoader<TSource, TNewLast>(Loader, Transformer.Append(transformer));
    }

    public IDataView Load(TSource input) => Transformer.Transform(Loader.Load(input));

    public DataViewSchema GetOutputSchema() => Transformer.GetOutputSchema(Loader.GetOutputSchema());

    void ICanSaveModel.Save(ModelSaveContext ctx)
    {
        ctx.CheckAtModel();
        ctx.SetVersionInfo(CompositeDataLoader.GetVersionInfo());
        ctx.SaveModel(Loader, CompositeDataLoader.LoaderFolder);
        ctx.SaveModel(Transformer, CompositeDataLoader.TransformerFolder);
    }

    public void Dispose()
    {
        (Loader as IDisposable)?.Dispose();
        Transformer.Dispose();
    }
}

internal static class CompositeDataLoader
{
    public const string LoaderSignature = "CompositeLoader";
    public const string LoaderFolder = "Loader";
    public const string TransformerFolder = "TransformerChain";

    public static VersionInfo GetVersionInfo() => new(
        modelSignature: "CMPSTLDR",
        verWrittenCur: 0x00010001,
        verReadableCur: 0x00010001,
        verWeCanReadBack: 0x00010001,
        loaderSignature: LoaderSignature,
        loaderAssemblyName: typeof(CompositeDataLoader).Assembly.FullName);

    private static IDataLoader<IMultiStreamSource> Create(IHostEnvironment env, ModelLoadContext ctx)
    {
        ctx.LoadModel<IDataLoader<IMultiStreamSource>, SignatureLoadModel>(env, out IDataLoader<IMultiStreamSource> loader, LoaderFolder);
        ctx.LoadModel<TransformerChain<ITransformer>, SignatureLoadModel>(env, out TransformerChain<ITransformer> chain, TransformerFolder);
        return new CompositeDataLoader<IMultiStreamSource, ITransformer>(loader, chain);
    }
}
