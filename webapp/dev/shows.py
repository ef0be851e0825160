"""The demo's concerts, in both languages. Every act and venue is made up."""

from collections.abc import Callable
from datetime import timedelta
from typing import NamedTuple

from webapp.concerts.plans import Plan
from webapp.dev import halls
from webapp.dev.stadium import stadium

ON_SALE_SINCE = timedelta(days=-1)


class Words(NamedTuple):
    """What a concert says of itself, in one language."""

    title: str
    artist: str
    venue: str
    city: str
    description: str


class Show(NamedTuple):
    """A concert of the demo: `nights` from the first Friday at least `days_ahead` on; `opens` counts from now."""

    slug: str
    english: Words
    korean: Words
    hall: Callable[[], Plan]
    prices: dict[str, int]
    capacity: int
    days_ahead: int
    nights: int
    opens: timedelta = ON_SALE_SINCE


SHOWS = (
    Show(
        slug="last-stop-first-light",
        english=Words(
            "Last Stop, First Light",
            "Saebyeok Train",
            "Mirinae Concert Hall",
            "Seoul",
            "Three evenings of slow trains and bright guitars. Saebyeok Train plays the whole of its new record, "
            "with eight strings and a brass section from the second half on.",
        ),
        korean=Words(
            "종점, 첫 빛",
            "새벽열차",
            "미리내 콘서트홀",
            "서울",
            "느린 열차와 환한 기타가 함께하는 사흘 밤. 새벽열차가 새 앨범 전곡을 처음부터 끝까지 들려드려요. "
            "2부부터는 현악 8중주와 브라스가 무대를 채워요.",
        ),
        hall=halls.concert_hall,
        prices={"VIP": 165_000, "R": 132_000, "S": 110_000, "A": 88_000},
        capacity=50,
        days_ahead=35,
        nights=3,
    ),
    Show(
        slug="low-tide",
        english=Words(
            "Low Tide",
            "Low Tide Trio",
            "Pado Club",
            "Busan",
            "Piano, bass and brushes, sixty chairs and one lamp. The trio plays two sets by the harbour; "
            "the bar stays open between them.",
        ),
        korean=Words(
            "썰물",
            "썰물 트리오",
            "파도 클럽",
            "부산",
            "피아노와 베이스와 브러시, 의자 예순 개와 등불 하나. 트리오가 항구 곁에서 두 번의 무대를 들려드려요. "
            "무대 사이에도 바는 열려 있어요.",
        ),
        hall=halls.club,
        prices={"R": 66_000, "S": 55_000, "A": 44_000},
        capacity=10,
        days_ahead=14,
        nights=1,
    ),
    Show(
        slug="winter-strings",
        english=Words(
            "Strings on a Winter Night",
            "Hanji Quartet",
            "Dasom Recital Hall",
            "Daejeon",
            "Two quartets and a first performance, played without a conductor and almost without light. "
            "The lobby is open; the sale opens a few minutes after the demo's first start.",
        ),
        korean=Words(
            "겨울밤의 현",
            "한지 콰르텟",
            "다솜 리사이틀홀",
            "대전",
            "현악 4중주 두 곡과 초연 한 곡을 지휘자 없이, 빛도 거의 없이 연주해요. "
            "로비는 이미 열려 있고, 예매는 데모를 처음 시작하고 몇 분 뒤에 열려요.",
        ),
        hall=halls.recital_hall,
        prices={"R": 88_000, "S": 66_000, "A": 44_000},
        capacity=30,
        days_ahead=49,
        nights=2,
        opens=timedelta(minutes=5),
    ),
    Show(
        slug="nova-parade-everyone-louder",
        english=Words(
            "Nova Parade: Everyone, Louder",
            "Nova Parade",
            "Haemaru Arena",
            "Incheon",
            "The parade comes home. Two nights under one roof, with every song the audience voted for and a stage "
            "as wide as the floor.",
        ),
        korean=Words(
            "노바 퍼레이드: 모두, 더 크게",
            "노바 퍼레이드",
            "해마루 아레나",
            "인천",
            "퍼레이드가 집으로 돌아와요. 관객이 직접 뽑은 노래를 모두 담아, "
            "플로어만큼 넓은 무대에서 이틀 밤을 함께해요.",
        ),
        hall=halls.arena,
        prices={"VIP": 198_000, "R": 165_000, "S": 132_000, "A": 99_000},
        capacity=200,
        days_ahead=77,
        nights=2,
    ),
    Show(
        slug="every-light-on",
        english=Words(
            "Every Light On",
            "Dalbit Radio",
            "Garam Stadium",
            "Gwangju",
            "One night, fifty thousand seats and no roof. Dalbit Radio plays from dusk until the last bus, "
            "and the whole city leaves its windows lit.",
        ),
        korean=Words(
            "모든 불을 켜고",
            "달빛 라디오",
            "가람 스타디움",
            "광주",
            "하룻밤, 5만 석, 지붕 없는 무대. 달빛 라디오가 해 질 녘부터 막차 시간까지 노래하고, "
            "온 도시가 창마다 불을 켜 두어요.",
        ),
        hall=stadium,
        prices={"VIP": 187_000, "R": 154_000, "S": 121_000, "A": 77_000},
        capacity=1_000,
        days_ahead=190,
        nights=1,
    ),
)
