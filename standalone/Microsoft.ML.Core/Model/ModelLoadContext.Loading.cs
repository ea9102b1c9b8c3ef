using System.Reflection;
using Microsoft.ML.Runtime;

namespace Microsoft.ML;

internal sealed partial class ModelLoadContext
{
    public bool ContainsModel(string name)
    {
        if (string.IsNullOrEmpty(name))
            return false;
        using MemoryStream stream = Repository.OpenEntryOrNull(Path.Combine(Directory ?? "", name), ModelStreamName);
        return stream != null;
    }

    public static bool LoadModelOrNull<TRes, TSig>(IHostEnvironment env, out TRes result, RepositoryReader rep, string dir, params object[] extra)
        where TRes : class
    {
        Contracts.CheckValue(env, nameof(env));
        env.CheckValue(rep, nameof(rep));
        using MemoryStream stream = rep.OpenEntryOrNull(dir, ModelStreamName);
        if (stream == null)
        {
            result = null;
            return false;
        }
        using var ctx = new ModelLoadContext(rep, stream, dir);
        if (!ctx.TryCreate<TRes, TSig>(env, out result, extra))
            throw env.ExceptDecode($"Couldn't load model: '{dir}'");
        return true;
    }

    public static void LoadModel<TRes, TSig>(IHostEnvironment env, out TRes result, RepositoryReader rep, string dir, params object[] extra)
        where TRes : class
    {
        if (!LoadModelOrNull<TRes, TSig>(env, out result, rep, dir, extra))
            throw env.ExceptDecode("Corrupt model file");
    }

    public bool LoadModelOrNull<TRes, TSig>(IHostEnvironment env, out TRes result, string name, params object[] extra)
        where TRes : class
        => LoadModelOrNull<TRes, TSig>(env, out result, Repository, Path.Combine(Directory ?? "", name), extra);

    public void LoadModel<TRes, TSig>(IHostEnvironment env, out TRes result, string name, params object[] extra)
        where TRes : class
    {
        if (!LoadModelOrNull<TRes, TSig>(env, out result, name, extra))
            throw Context.ExceptDecode("Corrupt model file");
    }

    private bool TryCreate<TRes, TSig>(IHostEnvironment env, out TRes result, object[] extra)
        where TRes : class
    {
        RegisterLoaderAssembly(env.ComponentCatalog);
        object[] arguments = [this, .. extra];
        foreach (string signature in new[] { Header.Loader.ToString(), Header.LoaderAlt.ToString() })
        {
            if (string.IsNullOrWhiteSpace(signature))
                continue;
            if (ComponentCatalog.TryCreateInstance(env, typeof(TSig), out object made, signature, arguments) && made is TRes fitting)
            {
                Contracts.CheckDecode(Reader.BaseStream.Position == FpMin + Header.FpModel + Header.CbModel, "Corrupt model file");
                result = fitting;
                return true;
            }
        }
        result = null;
        return false;
    }

    private void RegisterLoaderAssembly(ComponentCatalog catalog)
    {
        if (!string.IsNullOrEmpty(LoaderAssemblyName))
            catalog.RegisterAssembly(Assembly.Load(LoaderAssemblyName));
    }
}
