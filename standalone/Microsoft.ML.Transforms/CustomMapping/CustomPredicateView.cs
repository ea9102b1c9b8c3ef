using Microsoft.ML.Data;
using Microsoft.ML.Runtime;

namespace Microsoft.ML.Transforms;

/// <summary>Rows for which the user's predicate is false: those for which it is true are taken out.</summary>
internal sealed class CustomPredicateView<TSrc> : FilteredView where TSrc : class, new()
{
    private readonly RowWriter<TSrc> _reader;
    private readonly Func<TSrc, bool> _predicate;

    public CustomPredicateView(IHostEnvironment env, IDataView input, Func<TSrc, bool> predicate) : base(input)
    {
        IHost host = env.Register("CustomFilter");
        host.CheckValue(predicate, nameof(predicate));
        _predicate = predicate;
        _reader = new RowWriter<TSrc>(host, input.Schema, ignoreMissingColumns: false, null);
    }

    protected override IEnumerable<int> Tested => _reader.Columns.Select(c => c.Index);

    protected override Func<bool> MakeTest(DataViewRow input)
    {
        Action<TSrc> fill = _reader.Bind(input);
        var source = new TSrc();
        return () =>
        {
            fill(source);
            return !_predicate(source);
        };
    }
}
