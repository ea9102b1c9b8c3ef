using System.Globalization;
using Microsoft.ML.Data;
using Microsoft.ML.Runtime;

namespace Microsoft.ML.Transforms;

/// <summary>The distinct values of a column, in the order of their keys. Missing values and empty texts are not among them.</summary>
internal abstract class KeyTerms
{
    public abstract PrimitiveDataViewType ItemType { get; }
    public abstract int Count { get; }

    public KeyDataViewType KeyType => new(typeof(uint), Math.Max(1, Count));

    public static KeyTerms Create(PrimitiveDataViewType item)
    {
        Type made = item is TextDataViewType ? typeof(OfText) : typeof(OfValues<>).MakeGenericType(item.RawType);
        return (KeyTerms)Activator.CreateInstance(made, item);
    }

    public abstract void Learn(DataViewRowCursor cursor, DataViewSchema.Column source, int maximum, bool sort);

    public abstract Delegate MakeGetter(DataViewRow row, DataViewSchema.Column source);

    /// <summary>Type and getter of the values as an annotation: as they are, as text, or what the keys among them stand for.</summary>
    public abstract (DataViewType Type, Delegate Getter) MakeKeyValues(DataViewSchema.Column source, bool asText);

    public abstract void Save(BinaryWriter writer);

    public abstract void Load(BinaryReader reader);

    private abstract class Typed<TRaw, TTerm>(PrimitiveDataViewType item) : KeyTerms
    {
        private readonly Dictionary<TTerm, uint> _keys = [];
        private List<TTerm> _terms = [];

        public override PrimitiveDataViewType ItemType => item;
        public override int Count => _terms.Count;

        protected abstract TTerm TermOf(TRaw value);
        protected abstract TRaw ValueOf(TTerm term);
        protected abstract bool IsMissing(TRaw value);
        protected abstract int Compare(TTerm first, TTerm second);

        public override void Learn(DataViewRowCursor cursor, DataViewSchema.Column source, int maximum, bool sort)
        {
            Func<IEnumerable<TRaw>> read = Reader(cursor, source);
            while (_terms.Count < maximum && cursor.MoveNext())
            {
                foreach (TRaw value in read())
                {
                    if (_terms.Count < maximum && !IsMissing(value) && _keys.TryAdd(TermOf(value), 0))
                        _terms.Add(TermOf(value));
                }
            }
            if (sort)
                _terms.Sort(Compare);
            NumberTerms();
        }

        private void NumberTerms()
        {
            for (int i = 0; i < _terms.Count; i++)
                _keys[_terms[i]] = (uint)i + 1;
        }

        private static Func<IEnumerable<TRaw>> Reader(DataViewRow row, DataViewSchema.Column source)
        {
            if (source.Type is VectorDataViewType)
            {
                ValueGetter<VBuffer<TRaw>> getAll = row.GetGetter<VBuffer<TRaw>>(source);
                VBuffer<TRaw> values = default;
                return () =>
                {
                    getAll(ref values);
                    return values.DenseValues();
                };
            }
            ValueGetter<TRaw> get = row.GetGetter<TRaw>(source);
            var one = new TRaw[1];
            return () =>
            {
                get(ref one[0]);
                return one;
            };
        }

        private uint KeyOf(TRaw value) => IsMissing(value) ? 0 : _keys.GetValueOrDefault(TermOf(value));

        public override Delegate MakeGetter(DataViewRow row, DataViewSchema.Column source)
            => ItemMapping.MakeGetter<TRaw, uint>(row, source, KeyOf, densify: KeyOf(default) != 0);

        public override (DataViewType Type, Delegate Getter) MakeKeyValues(DataViewSchema.Column source, bool asText)
        {
            if (item is KeyDataViewType && source.HasKeyValues())
                return KeyValuesOfKeys(source, asText);
            return Values(item, _terms.Select(ValueOf).ToArray(), asText);
        }

        private (DataViewType Type, Delegate Getter) KeyValuesOfKeys(DataViewSchema.Column source, bool asText)
        {
            var values = (PrimitiveDataViewType)PrimitiveTypes.ItemTypeOf(source.Annotations.Schema[AnnotationKinds.KeyValues].Type);
            return ((DataViewType, Delegate))typeof(Typed<TRaw, TTerm>).GetMethod(nameof(Resolve), System.Reflection.BindingFlags.NonPublic | System.Reflection.BindingFlags.Instance)
                .MakeGenericMethod(values.RawType).Invoke(this, [source, values, asText]);
        }

        private (DataViewType Type, Delegate Getter) Resolve<TValue>(DataViewSchema.Column source, PrimitiveDataViewType valueType, bool asText)
        {
            VBuffer<TValue> all = default;
            source.GetKeyValues(ref all);
            TValue[] values = _terms.Select(term => all.GetItemOrDefault((int)Convert.ToUInt64(ValueOf(term)) - 1)).ToArray();
            return Values(valueType, values, asText);
        }

        private static (DataViewType Type, Delegate Getter) Values<TValue>(PrimitiveDataViewType type, TValue[] values, bool asText)
        {
            if (asText && type is not TextDataViewType)
            {
                return Values(TextDataViewType.Instance, Array.ConvertAll(values, value => AnnotationText(type, value).AsMemory()), asText: false);
            }
            ValueGetter<VBuffer<TValue>> getter = (ref VBuffer<TValue> destination) => VBuffer<TValue>.Copy(values, 0, ref destination, values.Length);
            return (new VectorDataViewType(type, values.Length), getter);
        }

        /// <summary>Not the text of a conversion: truth values are 0 and 1, and keys count from 0.</summary>
        private static string AnnotationText<TValue>(PrimitiveDataViewType type, TValue value) => (object)value switch
        {
            bool truth => truth ? "1" : "0",
            float number => number.ToString("R", CultureInfo.InvariantCulture),
            _ when type is KeyDataViewType => (Convert.ToUInt64(value) - 1).ToString(CultureInfo.InvariantCulture),
            _ => ValueConversions.TextOf(value),
        };

        public override void Save(BinaryWriter writer)
        {
            ValueCodec<TRaw> codec = ValueCodec.For<TRaw>();
            writer.Write(_terms.Count);
            foreach (TTerm term in _terms)
                codec.Write(writer, ValueOf(term));
        }

        public override void Load(BinaryReader reader)
        {
            ValueCodec<TRaw> codec = ValueCodec.For<TRaw>();
            int count = reader.ReadInt32();
            Contracts.CheckDecode(count >= 0);
            _terms = Enumerable.Range(0, count).Select(_ => TermOf(codec.Read(reader))).ToList();
            NumberTerms();
        }
    }

    private sealed class OfText(PrimitiveDataViewType item) : Typed<ReadOnlyMemory<char>, string>(item)
    {
        protected override string TermOf(ReadOnlyMemory<char> value) => value.ToString();
        protected override ReadOnlyMemory<char> ValueOf(string term) => term.AsMemory();
        protected override bool IsMissing(ReadOnlyMemory<char> value) => value.IsEmpty;
        protected override int Compare(string first, string second) => string.CompareOrdinal(first, second);
    }

    private sealed class OfValues<T>(PrimitiveDataViewType item) : Typed<T, T>(item)
    {
        private readonly Predicate<T> _isMissing = MissingValues.CanBeMissing(item) ? MissingValues.TestOf<T>() : _ => false;

        protected override T TermOf(T value) => value;
        protected override T ValueOf(T term) => term;
        protected override bool IsMissing(T value) => _isMissing(value);
        protected override int Compare(T first, T second) => Comparer<T>.Default.Compare(first, second);
    }
}
