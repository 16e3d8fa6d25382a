"""The emoji that have a short name (“:tada:”), in the order in which they are offered; a table, it draws nothing.

The names are those that people know from other chats. Names of whatever else there is: `unicodedata`.
"""

from __future__ import annotations

from typing import Final

# Each emoji with its names, the usual one first
_GROUPS: Final = {
    "Faces": """
😀 grinning; 😃 smiley; 😄 smile; 😁 grin; 😆 laughing satisfied; 😅 sweat_smile; 🤣 rofl; 😂 joy; 🙂 slightly_smiling;
🙃 upside_down; 😉 wink; 😊 blush; 😇 innocent angel; 🥰 loved; 😍 heart_eyes; 🤩 star_struck; 😘 kissing_heart;
😋 yum; 😛 stuck_out_tongue; 😜 winking_tongue; 🤪 zany; 🤗 hugging hugs; 🤭 hand_over_mouth; 🤫 shushing quiet;
🤔 thinking; 🤐 zipper_mouth; 🤨 raised_eyebrow; 😐 neutral; 😑 expressionless; 😶 no_mouth; 😏 smirk; 😒 unamused;
🙄 eye_roll roll_eyes; 😬 grimacing; 😌 relieved; 😔 pensive; 😪 sleepy; 😴 sleeping; 😷 mask; 🤒 ill; 🤕 hurt;
🤢 nauseated; 🤧 sneezing; 🥵 hot; 🥶 cold; 🥴 woozy; 😵 dizzy_face; 🤯 mind_blown exploding_head; 🤠 cowboy;
🥳 partying; 😎 sunglasses cool; 🤓 nerd; 🧐 monocle; 😕 confused; 😟 worried; 🙁 slightly_frowning; ☹️ frowning;
😮 open_mouth surprised; 😲 astonished; 😳 flushed; 🥺 pleading; 😨 fearful; 😰 cold_sweat; 😥 disappointed_relieved;
😢 cry; 😭 sob; 😱 scream; 😖 confounded; 😞 disappointed; 😓 sweat; 😩 weary; 😫 tired; 🥱 yawning; 😤 triumph;
😡 rage; 😠 angry; 🤬 cursing; 😈 smiling_imp; 💀 skull; 💩 poop; 🤡 clown; 👻 ghost; 👽 alien; 🤖 robot bot;
😺 smiley_cat; 🙈 see_no_evil; 🙉 hear_no_evil; 🙊 speak_no_evil
""",
    "People and hands": """
👍 thumbsup +1 yes; 👎 thumbsdown -1 no; 👌 ok_hand; 🤌 pinched_fingers; ✌️ v victory; 🤞 crossed_fingers; 🤙 call_me;
👋 wave; 🤚 raised_back_of_hand; ✋ raised_hand; 🖖 vulcan; 👈 point_left; 👉 point_right; 👆 point_up;
👇 point_down; ✊ fist; 👊 punch; 🤝 handshake; 👏 clap; 🙌 raised_hands; 🙏 pray thanks; 💪 muscle; 🧠 brain;
👀 eyes; 👂 ear; 🤷 shrug; 🤦 facepalm; 🙋 raising_hand; 🙇 bow; 🧑‍💻 technologist; 👩‍🔬 scientist; 👷 builder;
🕵️ detective; 🦸 superhero; 🧙 mage; 🏃 running; 🚶 walking; 🧘 meditating; 💃 dancing; 👪 family; 👶 baby
""",
    "Hearts and signs": """
❤️ heart; 🧡 orange_heart; 💛 yellow_heart; 💚 green_heart; 💙 blue_heart; 💜 purple_heart; 🖤 black_heart;
💔 broken_heart; 💯 hundred; 💢 anger; 💥 boom; 💫 dizzy; 💦 sweat_drops; 💨 dash; 💤 zzz; 💬 speech; 💭 thought;
✅ check done; ☑️ ballot_check; ❌ x cross; ❓ question; ❗ exclamation; ⚠️ warning; ⛔ no_entry; 🚫 prohibited;
♻️ recycle; ➕ plus; ➖ minus; 🔴 red_circle; 🟠 orange_circle; 🟡 yellow_circle; 🟢 green_circle; 🔵 blue_circle;
⬆️ arrow_up; ⬇️ arrow_down; ⬅️ arrow_left; ➡️ arrow_right; 🔄 reload; 🆗 ok; 🆕 new; 🆘 sos; 1️⃣ one; 2️⃣ two; 3️⃣ three;
4️⃣ four; 5️⃣ five; #️⃣ hash
""",
    "Nature": """
🐶 dog; 🐱 cat; 🐭 mouse_face; 🐰 rabbit; 🦊 fox; 🐻 bear; 🐼 panda; 🐨 koala; 🐯 tiger; 🦁 lion; 🐮 cow; 🐷 pig;
🐸 frog; 🐵 monkey; 🐔 chicken; 🐧 penguin; 🐦 bird; 🦆 duck; 🦉 owl; 🐝 bee; 🐛 bug; 🦋 butterfly; 🐌 snail;
🐢 turtle; 🐍 snake; 🐙 octopus; 🐠 fish; 🐬 dolphin; 🐳 whale; 🦄 unicorn; 🐘 elephant; 🦥 sloth; 🌵 cactus;
🎄 christmas_tree; 🌲 evergreen; 🌱 seedling; 🍀 four_leaf_clover; 🌹 rose; 🌻 sunflower; 🌸 blossom; 🌍 earth; 🌙 moon;
☀️ sun; ⭐ star; 🌟 glowing_star; ✨ sparkles; ⚡ zap; 🔥 fire; 🌈 rainbow; ☁️ cloud; 🌧️ rain; ❄️ snowflake; ⛄ snowman;
🌊 ocean
""",
    "Food": """
🍎 apple; 🍌 banana; 🍇 grapes; 🍓 strawberry; 🍒 cherries; 🍍 pineapple; 🥑 avocado; 🍅 tomato; 🥕 carrot; 🌽 corn;
🍞 bread; 🧀 cheese; 🍔 burger; 🍟 fries; 🍕 pizza; 🌮 taco; 🍣 sushi; 🍜 noodles; 🍝 spaghetti; 🥗 salad; 🍿 popcorn;
🍩 doughnut; 🍪 cookie; 🎂 birthday; 🍰 cake; 🍫 chocolate; ☕ coffee; 🍵 tea; 🍺 beer; 🍻 beers; 🍷 wine; 🥂 cheers;
🥤 soft_drink; 🍽️ lunch
""",
    "Activities and places": """
🎉 tada party; 🎊 confetti; 🎈 balloon; 🎁 gift; 🏆 trophy; 🥇 first_place; 🥈 second_place; 🥉 third_place; ⚽ soccer;
🏀 basketball; 🎾 tennis; 🏓 ping_pong; 🎮 video_game; 🎲 die; 🧩 puzzle; 🎯 dart; 🎨 art; 🎵 music; 🎸 guitar;
🎬 clapper; 🚗 car; 🚌 bus; 🚲 bike; 🚆 train; ✈️ airplane; 🚀 rocket; 🚢 ship; 🚑 ambulance; 🚒 fire_engine;
🏠 house home; 🏢 office; 🏫 school; 🏥 hospital; 🏖️ beach; ⛰️ mountain; 🏕️ camping; 🗺️ map; 🏁 finish; 🚩 flag;
🏳️‍🌈 rainbow_flag; 🏴‍☠️ pirate_flag; 🇪🇺 eu; 🇺🇳 un
""",
    "Things": """
💻 laptop; 🖥️ desktop; ⌨️ keyboard; 🖱️ mouse; 🖨️ printer; 📱 phone; ☎️ telephone; 🔋 battery; 🔌 plug; 💾 floppy;
💿 disc; 📷 camera; 🎥 movie_camera; 📺 tv; 🎧 headphones; 🎤 microphone; 📡 satellite; 🔍 search; 💡 bulb idea;
🔦 flashlight; 📖 book; 📚 books; 📝 memo note; ✏️ pencil; 📌 pin; 📎 paperclip; 📏 ruler; ✂️ scissors; 📁 folder;
📅 calendar; 📈 chart_up; 📉 chart_down; 📊 chart; 📋 clipboard; 📧 email; 📦 package; 🗑️ wastebasket; 🔒 lock;
🔓 unlock; 🔑 key; 🔧 wrench; 🔨 hammer; 🪛 screwdriver; ⚙️ gear; 🧪 test_tube; 🔬 microscope; 🔭 telescope; 💊 pill;
🧹 broom; 🪄 magic_wand; 💰 money; 💸 flying_money; 🔔 bell; 🔕 no_bell; ⏰ alarm; ⌛ hourglass; ⏳ waiting;
⏱️ stopwatch; 🚧 construction; 🧯 extinguisher; 🧨 firecracker; 💣 bomb; 🎓 graduation; 👑 crown; 💎 gem; 👓 glasses;
🎒 backpack
""",
}
GROUPS: Final[dict[str, dict[str, tuple[str, ...]]]] = {
    group: {emoji: tuple(names) for emoji, *names in (entry.split() for entry in table.split(";"))}
    for group, table in _GROUPS.items()
}
NAMES: Final[dict[str, tuple[str, ...]]] = {emoji: names for group in GROUPS.values() for emoji, names in group.items()}
BY_NAME: Final[dict[str, str]] = {name: emoji for emoji, names in NAMES.items() for name in names}
